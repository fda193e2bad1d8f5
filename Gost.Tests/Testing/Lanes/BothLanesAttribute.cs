namespace Gost.Tests.Testing.Lanes;

/// <summary>
/// The tests of this class run once in each lane: every case becomes two, <c>… (kernel)</c> and <c>… (portable)</c>, with the trait <c>lane</c>, and whatever
/// starts an engine or the program for them takes the lane from <see cref="TestLane"/>. A method marked with <see cref="OneLaneAttribute"/> stays as it is.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BothLanesAttribute : Attribute;

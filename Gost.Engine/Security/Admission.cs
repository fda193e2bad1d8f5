namespace Gost.Engine.Security;

/// <summary>A compiled admission.</summary>
internal sealed class Admission;

namespace Gost.Engine.Security;

/// <summary>A compiled auther.</summary>
internal sealed class Auther;

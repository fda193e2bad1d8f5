namespace Gost.Engine.Routing;

/// <summary>A compiled chain.</summary>
internal sealed class Chain;

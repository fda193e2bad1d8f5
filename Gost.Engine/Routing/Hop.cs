namespace Gost.Engine.Routing;

/// <summary>A compiled hop.</summary>
internal sealed class Hop;

namespace Gost.Engine.Routing;

/// <summary>A compiled router.</summary>
internal sealed class Router;

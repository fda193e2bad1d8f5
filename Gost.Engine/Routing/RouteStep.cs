namespace Gost.Engine.Routing;

/// <summary>A selected node and the hop that it was selected from.</summary>
internal readonly record struct RouteStep(string Hop, Node Node);

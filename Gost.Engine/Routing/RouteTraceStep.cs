using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>One step of a way that was tried: where it was, what was done, how long it took, and why it failed (null = it did not).</summary>
internal readonly record struct RouteTraceStep(string Hop, string Node, FlowLayer Layer, string Address, TimeSpan Took, string? Error);

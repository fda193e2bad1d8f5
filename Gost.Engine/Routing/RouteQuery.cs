using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>What is known of a flow when chains, hops and nodes are selected for it.</summary>
/// <param name="Network">Kind of flow.</param>
/// <param name="Target">Where it is to go; null while that is what is being selected, or when there are many.</param>
/// <param name="Inbound">The flow; null for what no client asked for.</param>
/// <param name="HashByTarget">Strategy <c>hash</c> goes by the target instead of the client (handler metadata <c>hash: host</c>).</param>
internal readonly record struct RouteQuery(TargetNetwork Network, Target? Target, Inbound? Inbound, bool HashByTarget = false);

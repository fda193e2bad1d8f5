using Gost.Engine.Routing.Rules;

namespace Gost.Engine.Routing;

/// <summary>What a configuration says of a node, before it is given its health. <paramref name="Rule"/> null = it takes every flow.</summary>
internal sealed record NodeSeed(
    string Name, string Addr, string Network, NodeTraits Traits, NodeTransport? Transport = null, RulePredicate? Rule = null);

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>A compiled hop: nodes of which one is selected per flow. Source: spec/forwarding.md section 2.</summary>
internal sealed class Hop : IAsyncDisposable
{
    private readonly NodeSet _nodes;

    private Hop(string name, NodeSet nodes, ConfigMap<object?> metadata) => (Name, _nodes, Metadata) = (name, nodes, metadata);

    /// <summary>The name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Its metadata; groups of hops read <c>weight</c> and <c>backup</c>.</summary>
    public ConfigMap<object?> Metadata { get; }

    /// <summary>The nodes in configuration order.</summary>
    public IReadOnlyList<Node> Nodes => _nodes.Nodes;

    /// <summary>Builds a hop without side effects; health of nodes that stay is taken from <paramref name="previous"/>.</summary>
    public static Hop Compile(HopConfig config, EngineServices engine, List<Finding> findings, Hop? previous = null) =>
        Compile(config, "", engine, findings, previous);

    /// <summary>The same for a hop that stands at <paramref name="pointer"/> of a larger object.</summary>
    public static Hop Compile(HopConfig config, string pointer, EngineServices engine, List<Finding> findings, Hop? previous)
    {
        List<NodeSeed> seeds = new(config.Nodes.Count);
        HashSet<string> usedByNodes = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < config.Nodes.Count; i++)
        {
            var node = NodeSeeds.Inherit(config.Nodes[i], config);
            HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
            MetadataReader metadata = new(node.Metadata, $"{pointer}/nodes/{i}/metadata");
            var rule = SelectionRule.Compile(node.Matcher, node.Filter, $"{pointer}/nodes/{i}", engine, findings);
            var traits = NodeSeeds.ReadTraits(metadata, config.Selector, rule.Priority);
            var transport = NodeTransport.Build(node, metadata, $"{pointer}/nodes/{i}", engine, findings, used, previous?.Nodes);
            seeds.Add(new NodeSeed(node.Name, node.Addr, node.Network, traits, transport, rule.Predicate));
            findings.AddRange(metadata.Findings);
            used.UnionWith(metadata.UsedKeys);
            usedByNodes.UnionWith(used);
            findings.AddRange(UnusedMetadata.Find(
                used,
                (config.Nodes[i].Metadata, $"{pointer}/nodes/{i}/metadata"),
                (node.Connector?.Metadata ?? ConfigMap<object?>.Empty, $"{pointer}/nodes/{i}/connector/metadata"),
                (node.Dialer?.Metadata ?? ConfigMap<object?>.Empty, $"{pointer}/nodes/{i}/dialer/metadata")));
        }

        if (pointer.Length == 0)
        {
            // Inside a chain the chain's own metadata has it, and there is no group that the hop were one of.
            usedByNodes.UnionWith([ProtectionAspect.Override, "weight", "backup"]);
        }

        findings.AddRange(UnusedMetadata.Find(usedByNodes, (config.Metadata, $"{pointer}/metadata")));

        return new Hop(config.Name, NodeSet.Create(seeds, config.Selector?.Strategy ?? "", engine.Time, Random.Shared, previous?._nodes), config.Metadata);
    }

    /// <summary>The targets that a forwarder lists itself.</summary>
    public static Hop OfTargets(string name, ForwarderConfig config, EngineServices engine, List<Finding> findings, Hop? previous) =>
        new(name, NodeSet.Create(
            NodeSeeds.OfTargets(config, engine, findings), config.Selector?.Strategy ?? "", engine.Time, Random.Shared, previous?._nodes), ConfigMap<object?>.Empty);

    /// <summary>A node for the flow, null when there is none that was not tried.</summary>
    public Node? Select(in RouteQuery query, HashSet<Node>? tried = null) => _nodes.Select(query, tried);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _nodes.ReleaseAsync();
}

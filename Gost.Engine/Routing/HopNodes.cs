using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Builds the nodes of a hop.</summary>
internal static class HopNodes
{
    /// <summary>Builds them without side effects; health and dialers of nodes that stay are taken from <paramref name="previous"/>.</summary>
    public static NodeSet Compile(HopConfig config, string pointer, EngineServices engine, List<Finding> findings, NodeSet? previous)
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
        return NodeSet.Create(seeds, config.Selector?.Strategy ?? "", engine.Time, Random.Shared, previous);
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Reads nodes and targets out of configuration.</summary>
internal static class NodeSeeds
{
    private static readonly TimeSpan DefaultFailTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The keys that <see cref="ReadTraits"/> reads.</summary>
    public static readonly string[] TraitKeys = ["weight", "backup", "maxFails", "max_fails", "failTimeout", "fail_timeout"];

    // Metadata that a node has from its hop where it says nothing itself (spec/config.md section 6).
    private static readonly string[] Inherited = ["interface", "so_mark", "proxyProtocol", "netns"];

    /// <summary>The targets written in a forwarder.</summary>
    public static List<NodeSeed> OfTargets(ForwarderConfig forwarder, EngineServices engine, List<Finding> findings)
    {
        List<NodeSeed> seeds = new(forwarder.Nodes.Count);
        for (var i = 0; i < forwarder.Nodes.Count; i++)
        {
            var node = forwarder.Nodes[i];
            MetadataReader metadata = new(node.Metadata, $"/forwarder/nodes/{i}/metadata");
            var rule = SelectionRule.Compile(node.Matcher, FilterOf(node), $"/forwarder/nodes/{i}", engine, findings);
            var traits = ReadTraits(metadata, forwarder.Selector, rule.Priority);
            seeds.Add(new NodeSeed(node.Name, node.Addr, node.Network, traits, Rule: rule.Predicate));
            findings.AddRange(metadata.Findings);
            findings.AddRange(metadata.Metadata.Keys.Where(x => !metadata.UsedKeys.Contains(x)).Select(x => new Finding(
                $"{metadata.Pointer}/{x.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}",
                $"metadata key {x} of a target has no effect; how targets are dialled is set in the service's metadata",
                FindingSeverity.Warning)));
        }

        return seeds;
    }

    /// <summary>The filter of a target; its members stood beside it once.</summary>
    public static NodeFilterConfig FilterOf(ForwardNodeConfig node) =>
        node.Filter ?? new NodeFilterConfig { Host = node.Host, Protocol = node.Protocol, Path = node.Path };

    /// <summary>A node with everything that it has from its hop written into it.</summary>
    public static NodeConfig Inherit(NodeConfig node, HopConfig hop)
    {
        Dictionary<string, object?> metadata = new(StringComparer.OrdinalIgnoreCase);
        foreach (var key in Inherited)
        {
            if (hop.Metadata.TryGetValue(key, out var value))
            {
                metadata[key] = value;
            }
        }

        AddDeprecated(metadata, hop.Interface, "", hop.Sockopts);
        foreach (var (key, value) in node.Metadata)
        {
            metadata[key] = value;
        }

        Dictionary<string, object?> own = new(StringComparer.OrdinalIgnoreCase);
        AddDeprecated(own, node.Interface, node.Netns, node.Sockopts);
        foreach (var (key, value) in own)
        {
            if (!node.Metadata.ContainsKey(key))
            {
                metadata[key] = value;
            }
        }

        return node with
        {
            Metadata = new ConfigMap<object?>(metadata),
            Hosts = node.Hosts.Length > 0 ? node.Hosts : hop.Hosts,
            Resolver = node.Resolver.Length > 0 ? node.Resolver : hop.Resolver,
        };
    }

    /// <summary>What selection needs; a node's own values win over the selector's, and values of 0 or less mean the defaults.</summary>
    public static NodeTraits ReadTraits(MetadataReader metadata, SelectorConfig? selector, long priority)
    {
        var weight = metadata.GetInt(1, long.MinValue, int.MaxValue, "weight");
        var maxFails = metadata.GetInt(selector?.MaxFails ?? 0, long.MinValue, long.MaxValue, "maxFails", "max_fails");
        var failTimeout = metadata.GetDuration(selector?.FailTimeout.ToTimeSpan() ?? TimeSpan.Zero, "failTimeout", "fail_timeout");
        return new NodeTraits(
            weight > 0 ? (int)weight : 1,
            metadata.GetBool(false, "backup"),
            maxFails > 0 ? maxFails : 1,
            failTimeout > TimeSpan.Zero ? failTimeout : DefaultFailTimeout,
            priority);
    }

    private static void AddDeprecated(Dictionary<string, object?> metadata, string networkInterface, string netns, SockOptsConfig? options)
    {
        if (networkInterface.Length > 0)
        {
            metadata.TryAdd("interface", networkInterface);
        }

        if (netns.Length > 0)
        {
            metadata.TryAdd("netns", netns);
        }

        if (options is { Mark: not 0 })
        {
            metadata.TryAdd("so_mark", options.Mark);
        }
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Values;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>A compiled chain: its hops in order. Immutable but for the health of its nodes. Source: spec/forwarding.md section 3.</summary>
internal sealed class Chain : IAsyncDisposable
{
    private readonly Entry[] _entries;

    private Chain(string name, Entry[] entries, ConfigMap<object?> metadata, FailureMarker marker) =>
        (Name, _entries, Metadata, Marker) = (name, entries, metadata, marker);

    /// <summary>The name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Its metadata; groups of chains read <c>weight</c>, <c>backup</c>, <c>maxFails</c> and <c>failTimeout</c>.</summary>
    public ConfigMap<object?> Metadata { get; }

    /// <summary>Ways along it that failed since the last one that did not: what groups of chains go by.</summary>
    public FailureMarker Marker { get; }

    /// <summary>Builds a chain without side effects; health of nodes that stay is taken from <paramref name="previous"/>.</summary>
    public static Chain Compile(ChainConfig config, EngineServices engine, List<Finding> findings, Chain? previous = null)
    {
        List<Entry> known = [.. previous?._entries ?? []];
        var entries = new Entry[config.Hops.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var hop = config.Hops[i];
            if (hop.Nodes.Count == 0 && hop.Plugin is null)
            {
                entries[i] = new Entry(hop.Name, null, engine.Objects.Hops.Get(hop.Name));
                continue;
            }

            // A hop's name may stand twice in one chain: each is taken over once, in their order.
            var at = known.FindIndex(x => x.Inline is not null && x.Name == hop.Name);
            var before = at < 0 ? null : known[at].Inline;
            if (at >= 0)
            {
                known.RemoveAt(at);
            }

            entries[i] = new Entry(hop.Name, Hop.Compile(hop, $"/hops/{i}", engine, findings, before), null);
        }

        HashSet<string> acting = new(NodeSeeds.TraitKeys, StringComparer.OrdinalIgnoreCase) { ProtectionAspect.Override };
        findings.AddRange(UnusedMetadata.Find(acting, (config.Metadata, "/metadata")));
        return new Chain(config.Name, entries, config.Metadata, previous?.Marker ?? new FailureMarker(engine.Time));
    }

    /// <summary>
    /// Selects one node per hop. Throws <see cref="FlowException"/> (select) where a hop or node is missing; with
    /// <paramref name="directFallback"/> the way ends before that hop instead, as GOST's does.
    /// </summary>
    public RouteStep[] Select(in RouteQuery query, bool directFallback)
    {
        var steps = new RouteStep[_entries.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var entry = _entries[i];
            var hop = entry.Inline ?? entry.Reference?.Current;
            var node = hop?.Select(query);
            if (node is null && directFallback)
            {
                return steps[..i];
            }

            if (node is null)
            {
                var reason = hop is null ? $"hop {entry.Name} does not exist"
                    : hop.Nodes.Count == 0 ? $"hop {entry.Name} has no node"
                    : $"hop {entry.Name} has no node for this connection";
                throw new FlowException(FlowLayer.Select, FlowError.NoNode, $"chain {Name}: {reason}") { Hop = entry.Name };
            }

            steps[i] = new RouteStep(entry.Name, node);
        }

        if (steps.Length == 0 && !directFallback)
        {
            throw new FlowException(FlowLayer.Select, FlowError.NoNode, $"chain {Name} has no hops") { Hop = "" };
        }

        return steps;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var entry in _entries)
        {
            if (entry.Inline is { } hop)
            {
                await hop.DisposeAsync();
            }
        }
    }

    private sealed record Entry(string Name, Hop? Inline, NamedRef<Hop>? Reference);
}

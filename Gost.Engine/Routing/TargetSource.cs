using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Where a service's targets come from: its own list, a named hop that is looked up at each flow, or nowhere.</summary>
internal sealed class TargetSource
{
    private readonly Hop? _own;
    private readonly NamedRef<Hop>? _reference;
    private readonly HopGroup? _group;

    private TargetSource(Hop? own, NamedRef<Hop>? reference, HopGroup? group) => (_own, _reference, _group) = (own, reference, group);

    /// <summary>Reads <c>forwarder</c>: <c>hopGroup</c> wins, then <c>hop</c> or its deprecated alias <c>name</c> wins over <c>nodes</c>. Source: spec/config.md section 4.</summary>
    public static TargetSource Build(ServiceConfig service, EngineServices engine, List<Finding> findings, TargetSource? previous)
    {
        if (service.Forwarder is not { } forwarder)
        {
            return new TargetSource(null, null, null);
        }

        if (forwarder.HopGroup is { Hops.Count: > 0 })
        {
            return new TargetSource(null, null, HopGroup.Compile(forwarder.HopGroup, engine, findings, previous?._group));
        }

        var name = forwarder.Hop.Length > 0 ? forwarder.Hop : forwarder.Name;
        if (name.Length > 0)
        {
            return new TargetSource(null, engine.Objects.Hops.Get(name), null);
        }

        // As in GOST an empty list is no forwarder.
        return forwarder.Nodes.Count == 0
            ? new TargetSource(null, null, null)
            : new TargetSource(Hop.OfTargets(service.Name, forwarder, engine, findings, previous?._own), null, null);
    }

    /// <summary>Health of the targets now.</summary>
    public IReadOnlyList<TargetHealth> Health => [.. (_group?.Nodes ?? (_own ?? _reference?.Current)?.Nodes ?? []).Select(static x => x.Health)];

    /// <summary>The targets as they are now; a flow keeps what it got.</summary>
    public Snapshot Current()
    {
        var hop = _own ?? _reference?.Current;
        return new Snapshot(hop, hop is null ? _reference?.Name : null, _group);
    }

    /// <summary>Targets of one flow.</summary>
    /// <param name="Hop">What to select from, null when there is nothing.</param>
    /// <param name="Missing">The hop that is named but does not exist.</param>
    /// <param name="Group">The hops to select from, instead of one.</param>
    internal readonly record struct Snapshot(Hop? Hop, string? Missing, HopGroup? Group)
    {
        /// <summary>No forwarder is configured: the far end knows the target.</summary>
        public bool IsPlaceholder => Hop is null && Missing is null && Group is null;

        /// <summary>How many targets there are.</summary>
        public int Count => Group?.Nodes.Count() ?? Hop?.Nodes.Count ?? 1;
    }
}

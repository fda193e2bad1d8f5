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
    private readonly string? _refusal;

    private TargetSource(Hop? own, NamedRef<Hop>? reference, string? refusal) => (_own, _reference, _refusal) = (own, reference, refusal);

    /// <summary>Reads <c>forwarder</c>: <c>hop</c> or its deprecated alias <c>name</c> wins over <c>nodes</c>. Source: spec/config.md section 4.</summary>
    public static TargetSource Build(ServiceConfig service, EngineServices engine, List<Finding> findings, TargetSource? previous)
    {
        if (service.Forwarder is not { } forwarder)
        {
            return new TargetSource(null, null, null);
        }

        if (forwarder.HopGroup is { Hops.Count: > 0 })
        {
            return new TargetSource(null, null, "hop groups are not supported by this build");
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
    public IReadOnlyList<TargetHealth> Health => (_own ?? _reference?.Current) is { } hop ? [.. hop.Nodes.Select(static x => x.Health)] : [];

    /// <summary>The targets as they are now; a flow keeps what it got. Throws <see cref="FlowException"/> where they cannot be used.</summary>
    public Snapshot Current()
    {
        if (_refusal is not null)
        {
            throw new FlowException(FlowLayer.Select, FlowError.Unsupported, _refusal);
        }

        var hop = _own ?? _reference?.Current;
        return new Snapshot(hop, hop is null ? _reference?.Name : null);
    }

    /// <summary>Targets of one flow.</summary>
    /// <param name="Hop">What to select from, null when there is nothing.</param>
    /// <param name="Missing">The hop that is named but does not exist.</param>
    internal readonly record struct Snapshot(Hop? Hop, string? Missing)
    {
        /// <summary>No forwarder is configured: the far end knows the target.</summary>
        public bool IsPlaceholder => Hop is null && Missing is null;
    }
}

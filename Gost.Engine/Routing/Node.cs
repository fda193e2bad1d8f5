using Gost.Engine.Abstractions;
using Gost.Engine.Routing.Selectors;

namespace Gost.Engine.Routing;

/// <summary>One node of a hop, or one target of a forwarder.</summary>
internal sealed class Node(NodeSeed seed, FailureMarker marker) : ISelectable
{
    private readonly Target _tcp = TargetAddress.Parse(seed.Addr, TargetAddress.NetworkOf(seed.Network, TargetNetwork.Tcp));
    private readonly Target _udp = TargetAddress.Parse(seed.Addr, TargetAddress.NetworkOf(seed.Network, TargetNetwork.Udp));

    /// <summary>The name in the configuration, possibly empty.</summary>
    public string ConfiguredName => seed.Name;

    /// <summary>The name that messages show: the address where there is none.</summary>
    public string Name => seed.Name.Length > 0 ? seed.Name : seed.Addr;

    /// <summary>The address as written.</summary>
    public string Addr => seed.Addr;

    /// <summary>What selection knows of it.</summary>
    public NodeTraits Traits { get; } = seed.Traits;

    /// <summary>How to reach it as a proxy; null when it is only a target.</summary>
    public NodeTransport? Transport => seed.Transport;

    /// <summary>Its failures.</summary>
    public FailureMarker Marker { get; } = marker;

    /// <inheritdoc/>
    public int Weight => Traits.Weight;

    /// <inheritdoc/>
    public bool IsBackup => Traits.Backup;

    /// <inheritdoc/>
    public long Priority => Traits.Priority;

    /// <inheritdoc/>
    public bool IsFailed => Marker.IsFailed(Traits.MaxFails, Traits.FailTimeout);

    /// <summary>The picture a status shows.</summary>
    public TargetHealth Health => new(Name, Addr, !IsFailed, Marker.Fails, Marker.LastFailure);

    /// <inheritdoc/>
    public bool Accepts(in RouteQuery query) => seed.Rule is not { } rule || rule(query) == true;

    /// <summary>Where a flow of the network goes; the node's own <c>network</c> wins.</summary>
    public Target TargetFor(TargetNetwork network) => network == TargetNetwork.Udp ? _udp : _tcp;
}

using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>The states of a service, as GOST names them (spec/api.md section 4).</summary>
public enum ServiceState
{
    Running,
    Ready,
    Failed,
    Closed,
}

/// <summary>A picture of a service at one moment.</summary>
public sealed record ServiceStatus(
    DateTimeOffset CreateTime,
    ServiceState State,
    string Addr,
    long Generation,
    ImmutableArray<ServiceEvent> Events,
    ServiceStats Stats,
    ServiceError? LastError,
    ImmutableArray<string> Warnings,
    ImmutableArray<TargetHealth> Targets)
{
    /// <summary>The lane of its flows; null while it is not bound, and where they are no plain sockets.</summary>
    public DataLane? Lane { get; init; }
}

/// <summary>One of the last 20 things that happened to a service.</summary>
public sealed record ServiceEvent(DateTimeOffset Time, string Message);

/// <summary>Counters since the service was made; bytes as seen from the client's side.</summary>
public sealed record ServiceStats(long TotalConns, long CurrentConns, long TotalErrs, long InputBytes, long OutputBytes, long DroppedPackets);

/// <summary>The last thing that went wrong: when, in which layer, and at which hop and node where a chain was at fault.</summary>
public sealed record ServiceError(DateTimeOffset Time, FlowLayer Layer, string? Hop, string? Node, string Message);

/// <summary>One live flow: <c>network</c> is tcp or udp, addresses as text, bytes from the client's side.</summary>
public sealed record ConnectionInfo(long Id, string Network, string Client, string Target, DateTimeOffset Since, long InputBytes, long OutputBytes);

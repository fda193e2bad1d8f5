namespace Gost.Engine.Abstractions;

/// <summary>
/// Dials the transport to a node (or, with the tcp dialer, plain TCP). One that keeps sessions is <see cref="IAsyncDisposable"/>: its hop
/// disposes it when it is replaced; streams that are open then live on.
/// </summary>
public interface IDialer
{
    /// <summary>Opens the transport; the caller owns the stream. Throws <see cref="FlowException"/>.</summary>
    ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken);
}

/// <summary>What a dialer is told of the node it dials.</summary>
/// <param name="Address">The node's address.</param>
/// <param name="IsFirst">Whether <paramref name="Open"/> opens a socket of this host; false = it leads through the hops before.</param>
/// <param name="Open">
/// Opens a raw stream to <paramref name="Address"/>, which the caller owns: from this host, or through the hops before, which are reached only
/// then. A dialer that shares sessions need not call it. Throws <see cref="FlowException"/>.
/// </param>
/// <param name="OpenDatagrams">
/// The same for transports over UDP: datagrams to <paramref name="Address"/>, from this host or through the hops before, which must carry UDP.
/// </param>
/// <param name="Sockets">Opens sockets from this host with the node's interface, mark, hosts.</param>
/// <param name="Inbound">The flow this is for, null for probes.</param>
public sealed record NodeContext(
    Target Address,
    bool IsFirst,
    Func<CancellationToken, ValueTask<DuplexStream>> Open,
    Func<CancellationToken, ValueTask<IDatagramChannel>> OpenDatagrams,
    ISocketDialer Sockets,
    Inbound? Inbound);

/// <summary>Opens plain sockets from this host: resolves (hosts, then system), tries the addresses in turn, sets interface, mark and keepalive.</summary>
public interface ISocketDialer
{
    /// <summary>A TCP or unix stream. Throws <see cref="FlowException"/> (resolve or dial).</summary>
    ValueTask<DuplexStream> ConnectAsync(Target target, CancellationToken cancellationToken);

    /// <summary>A connected UDP socket. Throws <see cref="FlowException"/>.</summary>
    ValueTask<IDatagramChannel> OpenDatagramsAsync(Target target, CancellationToken cancellationToken);

    /// <summary>
    /// An unconnected UDP socket for many targets: each datagram names where it goes, names are resolved as for streams, and each received one
    /// says who sent it. Throws <see cref="FlowException"/>.
    /// </summary>
    ValueTask<IDatagramChannel> OpenAssociationAsync(CancellationToken cancellationToken);
}

/// <summary>
/// What a dialer gives as a <see cref="DuplexStream"/> although it carries datagrams (<c>udp</c>): connectors that speak UDP take the channel, others refuse.
/// </summary>
public interface IDatagramCarrier
{
    /// <summary>The datagrams; owned by the stream.</summary>
    IDatagramChannel Datagrams { get; }
}

/// <summary>Asks a node, over a stream to it, for the next address. Takes over <c>via</c>; on failure disposes it.</summary>
public interface IConnector
{
    /// <summary>
    /// Whether the datagrams of <see cref="AssociateAsync"/> are sent by this host itself instead of through the stream: only the first hop of a chain may
    /// do that, or they would go past the others.
    /// </summary>
    bool DatagramsLeaveThisHost => false;

    /// <summary>A stream to the target.</summary>
    ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken);

    /// <summary>Datagrams to the target, or to many where it is null.</summary>
    ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken);

    /// <summary>A listener at the far end.</summary>
    ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken);
}

/// <summary>What is to be bound at the far end.</summary>
public sealed record BindRequest(TargetNetwork Network, Target Address);

/// <summary>A way to a target, nodes already selected; immutable. No chain = this host itself.</summary>
public interface IRoute
{
    /// <summary>A stream to the target, end to end.</summary>
    ValueTask<DuplexStream> DialAsync(Target to, CancellationToken cancellationToken);

    /// <summary>Datagrams to the target, end to end.</summary>
    ValueTask<IDatagramChannel> AssociateAsync(Target? to, CancellationToken cancellationToken);

    /// <summary>A listener at the end of the way.</summary>
    ValueTask<IListener> BindAsync(BindRequest request, CancellationToken cancellationToken);
}

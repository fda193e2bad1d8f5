using System.Net;
using Gost.Engine.Net;

namespace Gost.Engine.Abstractions;

/// <summary>An accepted flow on its way to a handler: a stream or a datagram channel, never both.</summary>
/// <remarks>Owned by the listener until <see cref="IInboundSink.TryAccept"/> returns true, then by the sink, which disposes it.</remarks>
public sealed class Inbound : IAsyncDisposable
{
    private IAsyncDisposable? _relayedTo;

    /// <summary>A stream flow; takes over <paramref name="stream"/>.</summary>
    public Inbound(DuplexStream stream, EndPoint client, EndPoint peer, EndPoint? local) =>
        (Stream, Client, Peer, Local) = (stream, client, peer, local);

    /// <summary>A datagram flow; takes over <paramref name="channel"/>.</summary>
    public Inbound(IDatagramChannel channel, EndPoint client, EndPoint peer, EndPoint? local) =>
        (Channel, Client, Peer, Local) = (channel, client, peer, local);

    /// <summary>The bytes, for a stream flow.</summary>
    public DuplexStream? Stream { get; }

    /// <summary>The datagrams, for a datagram flow.</summary>
    public IDatagramChannel? Channel { get; }

    /// <summary>Whom the flow is from: a PROXY header's source, else the peer.</summary>
    public EndPoint Client { get; }

    /// <summary>The socket's own far end.</summary>
    public EndPoint Peer { get; }

    /// <summary>The address the client connected to (a PROXY header's destination, else the socket's local end).</summary>
    public EndPoint? Local { get; }

    /// <summary>Number within the process; set by the service runtime.</summary>
    public long Id { get; set; }

    /// <summary>Bytes and target of this flow; the relays count here.</summary>
    public FlowCounters Counters { get; set; } = new();

    /// <summary>
    /// The stream or the channel of datagrams that it is relayed to, borrowed, while it is: cutting the flow ends that too, since a relay that waits for the target
    /// to take something does not see that the client's side has broken.
    /// </summary>
    internal IAsyncDisposable? RelayedTo
    {
        get => Volatile.Read(ref _relayedTo);
        set => Volatile.Write(ref _relayedTo, value);
    }

    /// <summary>Held for the descriptor of the way to the target; a handler settles it when that is open. Null = none is held.</summary>
    internal FlowTicket? Ticket { get; init; }

    /// <summary>The client's IP as text: what <c>hash</c> selection uses.</summary>
    public string ClientHost => Client is IPEndPoint ip ? (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address).ToString() : Client.ToString() ?? "";

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Ticket?.Settle();
        return Stream?.DisposeAsync() ?? Channel?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

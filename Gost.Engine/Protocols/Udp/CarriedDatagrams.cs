using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Udp;

/// <summary>The datagrams of a carrier, which a connector gives out as they are. Owns the carrier.</summary>
internal sealed class CarriedDatagrams(DuplexStream carrier, IDatagramChannel datagrams) : IDatagramChannel
{
    /// <summary>The datagrams of a stream that carries some; null = it is a stream. Takes over the carrier.</summary>
    public static CarriedDatagrams? Of(DuplexStream via) => via is IDatagramCarrier carrier ? new CarriedDatagrams(via, carrier.Datagrams) : null;

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => datagrams.WaitToReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => datagrams.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken) =>
        datagrams.SendAsync(payload, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => carrier.DisposeAsync();
}

using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Datagrams as packets of their own over another channel, which it owns. What is not of a peer with the key, or repeated, is dropped. A buffer is rented
/// per call. Source: spec/wire/shadowsocks.md section 4.
/// </summary>
internal sealed class ShadowsocksDatagramChannel : IDatagramChannel
{
    private readonly IDatagramChannel _inner;
    private readonly Target? _peer;
    private readonly ShadowsocksPackets _packets;
    private readonly BufferPool _buffers;
    private readonly SocksAddressCache _addresses = new();
    private byte[]? _first;
    private (Range Payload, Target Address) _opened;

    /// <summary>Takes over <paramref name="inner"/>; <paramref name="peer"/>: where datagrams without an address go.</summary>
    public ShadowsocksDatagramChannel(IDatagramChannel inner, Target? peer, ShadowsocksKey key, SaltFilter filter, BufferPool buffers) =>
        (_inner, _peer, _packets, _buffers) = (inner, peer, new ShadowsocksPackets(key, filter), buffers);

    /// <summary>Takes one packet and keeps it for the first receive; false = it is none, or the channel has ended.</summary>
    public async ValueTask<bool> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var buffer = _buffers.Rent(DatagramSockets.MaxDatagram);
        try
        {
            if (await _inner.ReceiveAsync(buffer, cancellationToken) is not { } received
                || _packets.Open(buffer.AsSpan(0, received.Length), _addresses) is not { } opened)
            {
                return false;
            }

            _opened = opened;
            _first = buffer[opened.Payload];
            return true;
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) =>
        _first is null ? _inner.WaitToReceiveAsync(cancellationToken) : new ValueTask<bool>(true);

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_first is not { } first)
        {
            return ReceivePacketAsync(buffer, cancellationToken);
        }

        _first = null;
        return new ValueTask<Datagram?>(Deliver(first, _opened.Address, buffer.Span));
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        var packet = _buffers.Rent(payload.Length + ShadowsocksPackets.MaxOverhead);
        try
        {
            var length = _packets.Seal(packet, payload.Span, to ?? _peer, _addresses);
            await _inner.SendAsync(packet.AsMemory(0, length), null, cancellationToken);
        }
        finally
        {
            _buffers.Return(packet);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Datagram?> ReceivePacketAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var packet = _buffers.Rent(DatagramSockets.MaxDatagram);
        try
        {
            while (await _inner.ReceiveAsync(packet, cancellationToken) is { } received)
            {
                if (_packets.Open(packet.AsSpan(0, received.Length), _addresses) is var (payload, from))
                {
                    return Deliver(packet.AsSpan()[payload], from, buffer.Span);
                }
            }

            return null;
        }
        finally
        {
            _buffers.Return(packet);
        }
    }

    private static Datagram Deliver(ReadOnlySpan<byte> payload, Target from, Span<byte> buffer)
    {
        var count = Math.Min(payload.Length, buffer.Length);
        payload[..count].CopyTo(buffer);
        return new Datagram(count, from);
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// Datagrams over a stream, each behind a SOCKS5 UDP header whose reserved field is the payload's length: UDP-TUN of socks5, UDP over http, and
/// relay's UDP bind and association. The header's address is where a datagram goes (client to server) or came from (server to client).
/// Source: spec/wire/socks5.md sections 6.1 and 6.2.
/// </summary>
/// <remarks>
/// Owns the stream. One write per datagram; senders of many sessions may call <see cref="SendAsync"/> at once. An empty datagram cannot be
/// expressed and is dropped. A stream that breaks or carries something else makes calls throw <see cref="IOException"/>. While nothing waits no
/// buffer is held, and a steady flow allocates nothing.
/// </remarks>
internal sealed class FramedDatagramChannel : IDatagramChannel, IFrameFormat
{
    private const int PrefixLength = 3;
    private const byte Fragment = 0xff;

    private readonly DuplexStream _stream;
    private readonly FrameReceiver _receiver;
    private readonly Target? _peer;
    private readonly int _maxPayload;
    private readonly BufferPool _buffers;
    private readonly SocksAddressCache _addresses = new();
    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>
    /// A channel over <paramref name="stream"/>. <paramref name="peer"/>: where datagrams without an address go; a datagram longer than
    /// <paramref name="maxPayload"/> bytes (up to 65535) is cut as GOST does.
    /// </summary>
    public FramedDatagramChannel(DuplexStream stream, Target? peer, int maxPayload, BufferPool buffers)
    {
        (_stream, _peer, _maxPayload, _buffers) = (stream, peer, Math.Clamp(maxPayload, 1, ushort.MaxValue), buffers);
        _receiver = new FrameReceiver(stream, this, buffers);
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken) => _receiver.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _receiver.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        // A length of 0 means another thing to GOST and would put it out of step.
        if (payload.IsEmpty)
        {
            return;
        }

        byte[]? frame = null;
        await _sending.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_receiver.IsClosed, this);
            frame = Frame(payload.Span[..Math.Min(payload.Length, _maxPayload)], to ?? _peer, out var length);

            // Not cancelled half way: the far end would take what follows for the rest of it.
            await _stream.WriteAsync(frame.AsMemory(0, length), CancellationToken.None);
        }
        catch (SocketException e)
        {
            throw FrameReceiver.Broken(e);
        }
        finally
        {
            if (frame is not null)
            {
                _buffers.Return(frame);
            }

            _sending.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    /// <inheritdoc/>
    bool IFrameFormat.TryMeasure(ReadOnlySpan<byte> waiting, out int length)
    {
        length = PrefixLength + SocksAddress.MaxLength;
        if (waiting.Length <= PrefixLength)
        {
            return false;
        }

        if (!SocksAddress.TryMeasure(waiting[PrefixLength..], out var address))
        {
            return address == 0 ? false : throw new IOException("the stream carries no datagrams: unknown address type");
        }

        length = PrefixLength + address + BinaryPrimitives.ReadUInt16BigEndian(waiting);
        return waiting.Length >= length;
    }

    /// <inheritdoc/>
    Datagram? IFrameFormat.Read(ReadOnlySpan<byte> frame, Span<byte> buffer)
    {
        var payload = frame[^BinaryPrimitives.ReadUInt16BigEndian(frame)..];
        var from = _addresses.Read(frame[PrefixLength..^payload.Length]);
        var count = Math.Min(Math.Min(payload.Length, _maxPayload), buffer.Length);
        payload[..count].CopyTo(buffer);
        return from is null ? null : new Datagram(count, from);
    }

    private byte[] Frame(ReadOnlySpan<byte> payload, Target? to, out int length)
    {
        var address = _addresses.FormOf(to);
        length = PrefixLength + address.Length + payload.Length;
        var frame = _buffers.Rent(length);
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)payload.Length);
        frame[2] = Fragment;
        address.CopyTo(frame.AsSpan(PrefixLength));
        payload.CopyTo(frame.AsSpan(PrefixLength + address.Length));
        return frame;
    }
}

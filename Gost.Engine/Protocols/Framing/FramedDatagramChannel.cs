using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Relaying;

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
internal sealed class FramedDatagramChannel : IDatagramChannel
{
    private const int PrefixLength = 3;
    private const byte Fragment = 0xff;

    // States of the receiving side, which owns the buffer while it runs.
    private const int Idle = 0;
    private const int Receiving = 1;
    private const int Ended = 2;

    private readonly DuplexStream _stream;
    private readonly Target? _peer;
    private readonly int _maxPayload;
    private readonly BufferPool _buffers;
    private readonly SocksAddressCache _addresses = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _state;
    private int _closed;

    /// <summary>
    /// A channel over <paramref name="stream"/>. <paramref name="peer"/>: where datagrams without an address go; a datagram longer than
    /// <paramref name="maxPayload"/> bytes (up to 65535) is cut as GOST does.
    /// </summary>
    public FramedDatagramChannel(DuplexStream stream, Target? peer, int maxPayload, BufferPool buffers) =>
        (_stream, _peer, _maxPayload, _buffers) = (stream, peer, Math.Clamp(maxPayload, 1, ushort.MaxValue), buffers);

    private ReadOnlySpan<byte> Waiting => _buffer.AsSpan(_start, _end - _start);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Receiving, Idle) != Idle)
        {
            return false;
        }

        try
        {
            return await FillAsync(cancellationToken) > 0;
        }
        finally
        {
            EndReceiving();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Receiving, Idle) != Idle)
        {
            return null;
        }

        try
        {
            int length;
            while ((length = await FillAsync(cancellationToken)) > 0)
            {
                if (Take(length, buffer.Span) is { } datagram)
                {
                    return datagram;
                }
            }

            return null;
        }
        finally
        {
            EndReceiving();
        }
    }

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
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
            frame = Frame(payload.Span[..Math.Min(payload.Length, _maxPayload)], to ?? _peer, out var length);

            // Not cancelled half way: the far end would take what follows for the rest of it.
            await _stream.WriteAsync(frame.AsMemory(0, length), CancellationToken.None);
        }
        catch (SocketException e)
        {
            throw Broken(e);
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
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        if (Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle)
        {
            Release();
        }
        else if (_stream.TryGetRawSocket(out _))
        {
            // The pending read sees the end first: disposing a socket under it would reset the connection.
            StreamEnd.Of(_stream);
            await _received.Task;
        }

        await _stream.DisposeAsync();
    }

    /// <summary>Reads until a whole frame waits and gives its length; 0 = the stream has ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Volatile.Read(ref _closed) == 0)
            {
                if (Measure(out var length))
                {
                    return length;
                }

                if (_start == _end)
                {
                    Release();
                    _ = await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
                }

                MakeRoom(length);
                var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
                if (count == 0)
                {
                    Release();
                    return 0;
                }

                _end += count;
            }
        }
        catch (Exception e) when (Volatile.Read(ref _closed) != 0 && e is SocketException or IOException or ObjectDisposedException)
        {
            // Ended from this side.
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }

        return 0;
    }

    /// <summary>Whether a whole frame waits; <paramref name="length"/>: its length, or as much of it as is known to be needed.</summary>
    private bool Measure(out int length)
    {
        length = PrefixLength + SocksAddress.MaxLength;
        var waiting = Waiting;
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

    private Datagram? Take(int length, Span<byte> buffer)
    {
        var frame = Waiting[..length];
        var payload = frame[^BinaryPrimitives.ReadUInt16BigEndian(frame)..];
        var from = _addresses.Read(frame[PrefixLength..^payload.Length]);
        var count = Math.Min(Math.Min(payload.Length, _maxPayload), buffer.Length);
        payload[..count].CopyTo(buffer);
        _start += length;
        if (_start == _end)
        {
            Release();
        }

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

    /// <summary>A buffer that holds <paramref name="length"/> bytes from the start of what waits; at most 65,797.</summary>
    private void MakeRoom(int length)
    {
        if (_buffer is null)
        {
            (_buffer, _start, _end) = (_buffers.Rent(), 0, 0);
            return;
        }

        if (_buffer.Length - _start >= length)
        {
            return;
        }

        var target = _buffer.Length >= length ? _buffer : _buffers.Rent(length);
        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        if (target != _buffer)
        {
            _buffers.Return(_buffer);
        }

        (_buffer, _start, _end) = (target, 0, _end - _start);
    }

    private void EndReceiving()
    {
        Interlocked.CompareExchange(ref _state, Idle, Receiving);
        if (Volatile.Read(ref _closed) != 0)
        {
            if (Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle)
            {
                Release();
            }

            _received.TrySetResult();
        }
    }

    private void Release()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _buffers.Return(buffer);
        }

        _start = _end = 0;
    }

    // No SocketException leaves: of a datagram socket some are passing, here the stream is gone.
    private static IOException Broken(SocketException e) => new($"the stream of datagrams broke: {e.Message}", e);
}

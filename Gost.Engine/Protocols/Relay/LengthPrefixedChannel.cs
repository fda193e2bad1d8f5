using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// Datagrams of one target over a stream, each behind its length in two bytes; 0 is an empty datagram. Source: spec/wire/relay.md section 6.
/// </summary>
/// <remarks>
/// Owns the stream. One write per datagram. A stream that breaks makes calls throw <see cref="IOException"/>. While nothing waits no buffer is held, and a
/// steady flow allocates nothing.
/// </remarks>
internal sealed class LengthPrefixedChannel(DuplexStream stream, BufferPool buffers) : IDatagramChannel, ILateAnswer
{
    private const int PrefixLength = sizeof(ushort);

    // States of the receiving side, which owns the buffer while it runs.
    private const int Idle = 0;
    private const int Receiving = 1;
    private const int Ended = 2;

    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _state;
    private int _closed;

    /// <inheritdoc/>
    public Func<FlowException, FlowException>? Blame
    {
        set => (stream as ILateAnswer)?.Blame = value;
    }

    private int Waiting => _end - _start;

    /// <inheritdoc/>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => (stream as ILateAnswer)?.ConfirmAsync(cancellationToken) ?? ValueTask.CompletedTask;

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
            return await FillAsync(cancellationToken) >= 0;
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
            var length = await FillAsync(cancellationToken);
            return length < 0 ? null : new Datagram(Take(length, buffer.Span), null);
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
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        var length = checked((ushort)payload.Length);
        var frame = buffers.Rent(PrefixLength + length);
        try
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame, length);
            payload.Span.CopyTo(frame.AsSpan(PrefixLength));

            // Not cancelled half way: the far end would take what follows for the rest of it.
            await stream.WriteAsync(frame.AsMemory(0, PrefixLength + length), CancellationToken.None);
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }
        finally
        {
            buffers.Return(frame);
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
        else if (stream.TryGetRawSocket(out var socket))
        {
            await EndReadAsync(socket);
        }

        await stream.DisposeAsync();
    }

    /// <summary>Lets the pending read see the end, because disposing a socket under it would reset the connection and drop what was sent.</summary>
    private async ValueTask EndReadAsync(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected any more: the read has failed by itself.
        }

        await _received.Task;
    }

    /// <summary>Reads until a whole frame waits and gives its payload's length; -1 = the stream has ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (Volatile.Read(ref _closed) == 0)
            {
                var length = Waiting < PrefixLength ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
                if (Waiting >= PrefixLength + length)
                {
                    return length;
                }

                if (Waiting == 0)
                {
                    Release();
                    _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
                }

                MakeRoom(PrefixLength + length);
                var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
                if (count == 0)
                {
                    Release();
                    return -1;
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

        return -1;
    }

    private int Take(int length, Span<byte> buffer)
    {
        var count = Math.Min(length, buffer.Length);
        _buffer.AsSpan(_start + PrefixLength, count).CopyTo(buffer);
        _start += PrefixLength + length;
        if (_start == _end)
        {
            Release();
        }

        return count;
    }

    /// <summary>A buffer that holds <paramref name="length"/> bytes from the start of what waits; at most 65,537.</summary>
    private void MakeRoom(int length)
    {
        if (_buffer is null)
        {
            (_buffer, _start, _end) = (buffers.Rent(), 0, 0);
            return;
        }

        if (_buffer.Length - _start >= length && _buffer.Length > _end)
        {
            return;
        }

        var target = _buffer.Length >= length ? _buffer : buffers.Rent(length);
        Buffer.BlockCopy(_buffer, _start, target, 0, Waiting);
        if (target != _buffer)
        {
            buffers.Return(_buffer);
        }

        (_buffer, _start, _end) = (target, 0, Waiting);
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
            buffers.Return(buffer);
        }

        _start = _end = 0;
    }

    // No SocketException leaves: of a datagram socket some are passing, here the stream is gone.
    private static IOException Broken(SocketException e) => new($"the stream of datagrams broke: {e.Message}", e);
}

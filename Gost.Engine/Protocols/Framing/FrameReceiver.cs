using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Relaying;

namespace Gost.Engine.Protocols.Framing;

/// <summary>The receiving side of datagrams that are framed in a stream, and the end of both sides. Owns the stream.</summary>
/// <remarks>One receiver at a time. While nothing waits no buffer is held, and a steady flow allocates nothing.</remarks>
internal sealed class FrameReceiver(DuplexStream stream, IFrameFormat format, BufferPool buffers) : IAsyncDisposable
{
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

    /// <summary>Whether it was disposed.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    private ReadOnlySpan<byte> Waiting => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The exception for a stream that broke. No <see cref="SocketException"/> leaves: of a datagram socket some are passing, here the stream is gone.</summary>
    public static IOException Broken(SocketException e) => new($"the stream of datagrams broke: {e.Message}", e);

    /// <summary>Completes when a frame waits; false = closed. Throws <see cref="IOException"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
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

    /// <summary>The next datagram, copied into <paramref name="buffer"/>; null = closed. Throws <see cref="IOException"/>.</summary>
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

    /// <summary>Ends the stream; a pending call sees the end.</summary>
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
        else if (stream.TryGetRawSocket(out _))
        {
            // The pending read sees the end first: disposing a socket under it would reset the connection.
            StreamEnd.Of(stream);
            await _received.Task;
        }

        await stream.DisposeAsync();
    }

    /// <summary>Reads until a whole frame waits and gives its length; 0 = the stream has ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!IsClosed)
            {
                if (format.TryMeasure(Waiting, out var length))
                {
                    return length;
                }

                if (_start == _end)
                {
                    Release();
                    _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
                }

                MakeRoom(length);
                var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
                if (count == 0)
                {
                    Release();
                    return 0;
                }

                _end += count;
            }
        }
        catch (Exception e) when (IsClosed && e is SocketException or IOException or ObjectDisposedException)
        {
            // Ended from this side.
        }
        catch (SocketException e)
        {
            throw Broken(e);
        }

        return 0;
    }

    private Datagram? Take(int length, Span<byte> buffer)
    {
        var datagram = format.Read(Waiting[..length], buffer);
        _start += length;
        if (_start == _end)
        {
            Release();
        }

        return datagram;
    }

    /// <summary>A buffer that holds <paramref name="length"/> bytes, which is bounded by the format, from the start of what waits.</summary>
    private void MakeRoom(int length)
    {
        if (_buffer is null)
        {
            (_buffer, _start, _end) = (buffers.Rent(), 0, 0);
            return;
        }

        if (_buffer.Length - _start >= length)
        {
            return;
        }

        var target = _buffer.Length >= length ? _buffer : buffers.Rent(length);
        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        if (target != _buffer)
        {
            buffers.Return(_buffer);
        }

        (_buffer, _start, _end) = (target, 0, _end - _start);
    }

    private void EndReceiving()
    {
        Interlocked.CompareExchange(ref _state, Idle, Receiving);
        if (IsClosed)
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
}

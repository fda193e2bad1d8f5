using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// The receiving direction of a stream: salt, then chunks, which are opened straight into the caller's buffer where they fit. Holds a buffer only while
/// something undelivered is in it or a read is under way; nothing is allocated per call. One reader at a time; borrows the stream.
/// </summary>
internal sealed class ShadowsocksReader(DuplexStream inner, ShadowsocksKey key, SaltFilter filter, BufferPool buffers)
{
    // Several chunks for one call of the system; the pool makes it 128 KiB, so that few are cut by its end.
    private const int BufferSize = 4 * (sizeof(ushort) + 16 + ChunkSealer.MaxPayload + 16);

    // States; whoever makes it Ended gives the buffer back.
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Ended = 2;

    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChunkOpener? _opener;
    private byte[] _salt = [];
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _plainStart;
    private int _plainEnd;
    private bool _flowing;
    private int _state;
    private int _closed;

    /// <summary>Whether the peer has shown that it has the key.</summary>
    public bool HasOpened => _opener is { HasOpened: true };

    private int Plain => _plainEnd - _plainStart;

    /// <summary>As <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>. Throws <see cref="ShadowsocksFault"/>, and what the stream throws.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Reading, Idle) != Idle)
        {
            return ValueTask.FromException<int>(new ObjectDisposedException(nameof(ShadowsocksStream)));
        }

        int taken;
        try
        {
            taken = Take(buffer.Span, out var isReady);
            if (!isReady)
            {
                return ReadLaterAsync(buffer, cancellationToken);
            }
        }
        catch (Exception e)
        {
            Leave();
            return ValueTask.FromException<int>(e);
        }

        Leave();
        return new ValueTask<int>(taken);
    }

    /// <summary>Drops everything up to the end of the peer's direction, with no buffer held in between.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        Free();
        int count;
        do
        {
            _ = await inner.ReadAsync(Memory<byte>.Empty, cancellationToken);
            var dropped = buffers.Rent(BufferSize);
            try
            {
                count = await inner.ReadAsync(dropped, cancellationToken);
            }
            finally
            {
                buffers.Return(dropped);
            }
        }
        while (count > 0);
    }

    /// <summary>Ends reading; the buffer is given back now, or by the read under way as soon as the stream's owner ends that.</summary>
    public void Close()
    {
        Volatile.Write(ref _closed, 1);
        if (Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle)
        {
            Free();
        }
    }

    /// <summary>Ends when no read is under way any more, after <see cref="Close"/>.</summary>
    public Task LeftAsync() => _left.Task;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (await FillAsync(cancellationToken))
            {
                var taken = Take(buffer.Span, out var isReady);
                if (isReady)
                {
                    return taken;
                }
            }

            return 0;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Delivers what is there, several chunks if they fit; <paramref name="isReady"/>: data waits or was delivered.</summary>
    private int Take(Span<byte> output, out bool isReady)
    {
        var taken = 0;
        isReady = false;
        while (true)
        {
            if (Plain > 0)
            {
                isReady = true;
                var count = Math.Min(Plain, output.Length - taken);
                _buffer.AsSpan(_plainStart, count).CopyTo(output[taken..]);
                _plainStart += count;
                taken += count;
                if (taken == output.Length)
                {
                    return taken;
                }
            }

            if (!HasPayload())
            {
                ReleaseWhenEmpty();
                return taken;
            }

            isReady = true;
            var opener = _opener!; // there is one where there is a payload
            var (payload, needed) = (opener.PayloadLength, opener.Needed);
            var piece = _buffer.AsSpan(_start, needed);
            if (payload <= output.Length - taken)
            {
                opener.OpenPayload(piece, output.Slice(taken, payload));
                taken += payload;
                isReady = taken > 0;
            }
            else if (taken > 0 || output.IsEmpty)
            {
                return taken;
            }
            else
            {
                opener.OpenPayload(piece, piece[..payload]);
                (_plainStart, _plainEnd) = (_start, _start + payload);
            }

            _start += needed;
        }
    }

    /// <summary>Whether a whole payload waits; goes through salt and lengths up to it.</summary>
    private bool HasPayload()
    {
        if (_opener is null)
        {
            if (_end - _start < key.Method.SaltSize)
            {
                return false;
            }

            _salt = _buffer.AsSpan(_start, key.Method.SaltSize).ToArray();
            _opener = ChunkOpener.Create(key, _salt);
            _start += _salt.Length;
        }

        if (!_opener.IsWithinChunk)
        {
            if (_end - _start < _opener.Needed)
            {
                return false;
            }

            var isFirst = !_opener.HasOpened;
            _opener.OpenLength(_buffer.AsSpan(_start, _opener.Needed));
            _start += sizeof(ushort) + key.Method.TagSize;
            if (isFirst && !filter.TryAdd(_salt))
            {
                throw new ShadowsocksFault("a salt that has been before: a recorded stream that is played again");
            }
        }

        return _end - _start >= _opener.Needed;
    }

    /// <summary>Reads more; false = the direction has ended where it may.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
            if (!_flowing)
            {
                Free();
                _ = await inner.ReadAsync(Memory<byte>.Empty, cancellationToken);
            }
        }

        _buffer ??= buffers.Rent(BufferSize);
        if (_buffer.Length - _start < (_opener?.Needed ?? key.Method.SaltSize) || _end == _buffer.Length)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        var room = _buffer.Length - _end;
        var count = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _flowing = count == room;
        _end += count;
        return count > 0 || (_start == _end && _opener is not { IsWithinChunk: true } ? false : throw new ShadowsocksFault("the stream was cut within a chunk"));
    }

    private void ReleaseWhenEmpty()
    {
        if (_start == _end && !_flowing)
        {
            Free();
        }
    }

    private void Leave()
    {
        Interlocked.CompareExchange(ref _state, Idle, Reading);
        if (Volatile.Read(ref _closed) != 0)
        {
            Close();
        }
    }

    private void Free()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffers.Return(buffer);
        }

        (_start, _end, _plainStart, _plainEnd) = (0, 0, 0, 0);
        if (Volatile.Read(ref _state) == Ended)
        {
            _opener?.Dispose();
            _left.TrySetResult();
        }
    }
}

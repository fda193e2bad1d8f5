using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// Reads frames from an inner stream, which it borrows. Large reads go into the caller's buffer and are decoded there; a buffer of its own is rented only
/// while bytes wait in it: for small reads, and to tell the bytes of the stream from control frames while the caller waits with an empty buffer.
/// One reader; disposing is safe while it reads.
/// </summary>
internal sealed class FrameReader : IDisposable
{
    /// <summary>Reads into less than this go through the own buffer.</summary>
    private const int SmallRead = 512;

    private const int StashSize = 16 * 1024;

    private const int Idle = 0;
    private const int Busy = 1;
    private const int Disposed = 2;

    private readonly DuplexStream _inner;
    private readonly FrameDecoder _decoder;
    private readonly FrameWriter _writer;
    private readonly BufferPool _buffers;
    private byte[]? _stash;
    private int _start;
    private int _end;
    private int _state;
    private volatile bool _waiting;
    private volatile bool _heard;
    private WebSocketFault? _fault;

    /// <summary>Reads what was read already and then the inner stream; <paramref name="writer"/> answers pings.</summary>
    public FrameReader(DuplexStream inner, FrameDecoder decoder, FrameWriter writer, BufferPool buffers, ReadOnlySpan<byte> read)
    {
        (_inner, _decoder, _writer, _buffers) = (inner, decoder, writer, buffers);
        if (!read.IsEmpty)
        {
            _stash = buffers.Rent(read.Length);
            read.CopyTo(_stash);
            _end = read.Length;
        }
    }

    /// <summary>A read waits for the far end, which thus is free to send.</summary>
    public bool IsWaiting => _waiting;

    /// <summary>The far end has ended its direction.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>It did so with a Close frame.</summary>
    public bool HasClosed => _decoder.CloseCode is not null;

    /// <summary>Whether anything has come in since this was asked last.</summary>
    public bool TakeHeard()
    {
        var heard = _heard;
        _heard = false;
        return heard;
    }

    /// <summary>As a <see cref="DuplexStream"/> reads. Throws <see cref="WebSocketFault"/>, again on each call, and what the inner stream throws.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Busy, Idle) is var state && state != Idle)
        {
            throw state == Disposed ? new ObjectDisposedException(nameof(WebSocketStream)) : new InvalidOperationException("one reader at a time");
        }

        try
        {
            if (_fault is not null)
            {
                throw _fault;
            }

            return buffer.IsEmpty ? await WaitAsync(cancellationToken) : await FillAsync(buffer, cancellationToken);
        }
        catch (WebSocketFault fault)
        {
            _fault = fault;
            throw;
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _state, Idle, Busy) == Disposed)
            {
                ReturnStash();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A read that is under way gives the buffer back itself.
        if (Interlocked.Exchange(ref _state, Disposed) == Idle)
        {
            ReturnStash();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (!HasEnded)
        {
            if (_stash is not null)
            {
                DecodeStash(default);
                if (_stash is not null)
                {
                    return 0;
                }

                continue;
            }

            await ReceiveAsync(Memory<byte>.Empty, cancellationToken);
            if (_decoder.IsInPayload)
            {
                return 0;
            }

            await FillStashAsync(cancellationToken);
        }

        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!HasEnded)
        {
            var count = 0;
            if (_stash is not null)
            {
                count = DecodeStash(buffer.Span);
            }
            else if (buffer.Length < SmallRead)
            {
                await FillStashAsync(cancellationToken);
            }
            else if (await ReceiveAsync(buffer, cancellationToken) is var received && received > 0)
            {
                count = _decoder.Decode(buffer.Span[..received], buffer.Span, out _);
                React();
            }
            else
            {
                End();
            }

            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillStashAsync(CancellationToken cancellationToken)
    {
        (_start, _end) = (0, 0);
        _stash = _buffers.Rent(StashSize);
        try
        {
            _end = await ReceiveAsync(_stash, cancellationToken);
        }
        finally
        {
            if (_end == 0)
            {
                ReturnStash();
            }
        }

        if (_stash is null)
        {
            End();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _waiting = true;
        try
        {
            var count = await _inner.ReadAsync(buffer, cancellationToken);
            _heard = true;
            return count;
        }
        finally
        {
            _waiting = false;
        }
    }

    /// <summary>Decodes what waits in the own buffer, which is given back once nothing is left in it.</summary>
    private int DecodeStash(Span<byte> output)
    {
        var count = _decoder.Decode(_stash.AsSpan(_start, _end - _start), output, out var consumed);
        _start += consumed;
        if (_start == _end)
        {
            ReturnStash();
        }

        React();
        return count;
    }

    private void React()
    {
        if (_decoder.TakePing() is { } ping)
        {
            _writer.Pong(ping);
        }

        if (_decoder.CloseCode is not { } code)
        {
            return;
        }

        HasEnded = true;
        if (code is not (Frame.NormalClosure or Frame.GoingAway or Frame.NoStatus))
        {
            throw new WebSocketFault($"the far end closed the WebSocket with code {code}", isBreach: false);
        }
    }

    /// <summary>The inner stream has ended. GOST ends so, without a Close frame.</summary>
    private void End()
    {
        HasEnded = true;
        if (_decoder.IsInFrame)
        {
            throw new WebSocketFault("the stream ended within a frame", isBreach: false);
        }
    }

    private void ReturnStash()
    {
        if (Interlocked.Exchange(ref _stash, null) is { } stash)
        {
            _buffers.Return(stash);
        }
    }
}

using System.Net;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Transports;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>
/// The bytes inside a WebSocket. The framework's WebSocket is not used because it takes the end of the inner stream, which is how GOST ends a direction,
/// for a failure of both. Source: spec/wire/transports.md section 5, RFC 6455.
/// </summary>
/// <remarks>
/// The end of writing: a Close frame if the far end announced that it keeps the directions apart, or has closed its own already; otherwise the end of the
/// inner stream, which GOST passes on without losing the answer, and that only when the answer has been quiet for a while (<see cref="HalfCloseHold"/>).
/// A Close frame that comes in ends the reading only; it is answered when the writing ends, so that no byte of the answer is lost.
/// </remarks>
internal sealed class WebSocketStream : DuplexStream
{
    private readonly DuplexStream _inner;
    private readonly WebSocketStreamOptions _options;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly HalfCloseHold? _hold;
    private readonly ITimer? _pings;
    private bool _waitedBefore;
    private int _completed;
    private int _disposed;

    /// <summary>Takes over <paramref name="inner"/> after the upgrade; <paramref name="read"/> is what was read behind its head.</summary>
    public WebSocketStream(DuplexStream inner, WebSocketStreamOptions options, BufferPool buffers, TimeProvider time, ReadOnlySpan<byte> read)
    {
        (_inner, _options) = (inner, options);
        _writer = new FrameWriter(inner, options.Masks, buffers);
        _reader = new FrameReader(inner, new FrameDecoder(masked: options.Masks is null), _writer, buffers, read);
        _hold = options.HalfCloses ? null : new HalfCloseHold(options.Hold, time, SendEndAsync, () => !_reader.IsWaiting);
        if (options.PingPeriod > TimeSpan.Zero)
        {
            _pings = time.CreateTimer(static x => ((WebSocketStream)x!).LookForLife(), this, options.PingPeriod, options.PingPeriod);
        }
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await _reader.ReadAsync(buffer, cancellationToken);
            if (_reader.HasEnded)
            {
                _hold?.PeerEnded();
            }
            else
            {
                _hold?.Touch();
            }

            return count;
        }
        catch (WebSocketFault fault) when (fault.IsBreach)
        {
            _writer.TryEnd(Frame.ProtocolError);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? ValueTask.CompletedTask : _writer.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return;
        }

        // Who has closed its own direction reads no more pings.
        _pings?.Dispose();
        if (_hold is null)
        {
            await _writer.EndAsync(Frame.NormalClosure, endInner: false, cancellationToken);
        }
        else
        {
            _hold.Begin();
            await _hold.Sent;
        }
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        StopTimers();
        _inner.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            StopTimers();
            await _inner.DisposeAsync();
            _reader.Dispose();
            await _writer.Controls;
        }

        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            StopTimers();
            _inner.Dispose();
            _reader.Dispose();
        }

        base.Dispose(disposing);
    }

    private void StopTimers()
    {
        _hold?.Dispose();
        _pings?.Dispose();
    }

    private ValueTask SendEndAsync() => _writer.EndAsync(_reader.HasClosed ? Frame.NormalClosure : null, endInner: true, CancellationToken.None);

    /// <summary>
    /// A far end from which nothing came between two pings is gone, unless nobody here was reading: its pongs would wait in the socket. Runs once per
    /// period, never twice at a time.
    /// </summary>
    private void LookForLife()
    {
        var (heard, waiting) = (_reader.TakeHeard(), _reader.IsWaiting);
        if (waiting && _waitedBefore && !heard)
        {
            Abort(new IOException($"no pong within {_options.PingPeriod.TotalSeconds:0.###} s"));
            return;
        }

        _waitedBefore = waiting;
        _writer.Ping();
    }
}

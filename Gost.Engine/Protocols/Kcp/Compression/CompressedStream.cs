using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Kcp.Compression;

/// <summary>
/// A stream in the snappy framing format over another, which it takes over. Each write is sent at once, in chunks of its own; holds no buffer while nothing
/// is under way. The ends of the directions pass as they are. Source: spec/wire/transports.md section 7.5.
/// </summary>
internal sealed class CompressedStream : DuplexStream
{
    private readonly DuplexStream _inner;
    private readonly BufferPool _buffers;
    private readonly SnappyEncoder _encoder = new();
    private readonly SnappyDecoder _decoder;
    private readonly Lock _gate = new();
    private bool _reading;
    private bool _disposed;

    /// <summary>Takes over <paramref name="inner"/>.</summary>
    public CompressedStream(DuplexStream inner, BufferPool buffers) => (_inner, _buffers, _decoder) = (inner, buffers, new SnappyDecoder(buffers));

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _reading = true;
        }

        try
        {
            int count;
            while (!_decoder.TryRead(buffer.Span, out count))
            {
                if (_decoder.IsEmpty)
                {
                    // Between two chunks: wait without a buffer.
                    _decoder.Dispose();
                    _ = await _inner.ReadAsync(Memory<byte>.Empty, cancellationToken);
                }

                var came = await _inner.ReadAsync(_decoder.GetRoom(), cancellationToken);
                if (came == 0)
                {
                    return _decoder.IsEmpty ? 0 : throw new IOException("the compressed stream ended inside a chunk");
                }

                _decoder.Add(came);
            }

            return count;
        }
        finally
        {
            EndRead();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var data = buffer[..Math.Min(buffer.Length, SnappyFraming.MaxData)];
            var room = _buffers.Rent(SnappyEncoder.RoomFor(data.Length));
            try
            {
                var length = _encoder.Encode(data.Span, room);
                await _inner.WriteAsync(room.AsMemory(0, length), cancellationToken);
            }
            finally
            {
                _buffers.Return(room);
            }

            buffer = buffer[data.Length..];
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => _inner.Abort(reason);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // First, and not through Dispose: the inner stream may have something left to send.
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            EndReads();
        }

        base.Dispose(disposing);
    }

    private void EndRead()
    {
        lock (_gate)
        {
            _reading = false;
            if (_disposed)
            {
                _decoder.Dispose();
            }
        }
    }

    private void EndReads()
    {
        lock (_gate)
        {
            _disposed = true;
            if (!_reading)
            {
                _decoder.Dispose();
            }
        }
    }
}

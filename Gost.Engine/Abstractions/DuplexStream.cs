using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Gost.Engine.Abstractions;

/// <summary>A byte stream whose two directions end separately.</summary>
/// <remarks>
/// One reader and one writer at a time. Disposing closes both directions; the one owner disposes. Reading 0 bytes into a
/// non-empty buffer means that the far end has ended its direction. A read into an empty buffer completes when data or the
/// end is there, so that an idle stream needs no buffer.
/// </remarks>
public abstract class DuplexStream : Stream
{
    /// <summary>This end's address, where there is one.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The far end's address, where there is one.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>Bytes that a relay best reads or writes at once, because of the pieces that the stream is made of; 0 = any amount.</summary>
    public virtual int BlockSize => 0;

    /// <summary>Ends the writing direction only: FIN, close_notify, mux FIN. Idempotent.</summary>
    public abstract ValueTask CompleteWritesAsync(CancellationToken cancellationToken);

    /// <summary>Ends both directions now; pending reads and writes fail. Any thread, idempotent.</summary>
    public abstract void Abort(Exception? reason = null);

    /// <summary>Gives the socket's own stream if this one's bytes are the socket's, unchanged, unmetered, nothing buffered. Ownership stays here.</summary>
    public virtual bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = null;
        return false;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("a duplex stream has no length");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("a duplex stream has no position");
        set => throw new NotSupportedException("a duplex stream has no position");
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a duplex stream cannot seek");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("a duplex stream has no length");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read a duplex stream with ReadAsync");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write a duplex stream with WriteAsync");

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);
}

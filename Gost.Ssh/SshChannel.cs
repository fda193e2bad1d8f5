using Gost.Ssh.Channels;

namespace Gost.Ssh;

/// <summary>
/// A channel as a byte stream whose two directions end separately. One reader and one writer at a time; disposing, which ends both directions, and
/// <see cref="Abort"/> on any thread. A read into an empty buffer waits for data or the end. Reads that find the connection broken throw
/// <see cref="IOException"/> after what had come in. Requests of the peer about the channel are refused. Source: RFC 4254 section 5.
/// </summary>
public sealed class SshChannel : Stream
{
    private readonly ChannelSet _channels;
    private readonly TaskCompletionSource<SshChannel>? _opened;
    private readonly CancellationTokenSource _cut = new();
    private bool _confirmed;
    private int _closed;

    /// <summary>A channel that the peer opened, or where <paramref name="ours"/> one that it is asked for.</summary>
    internal SshChannel(ChannelSet channels, uint localId, int window, bool ours)
    {
        (_channels, LocalId, Window) = (channels, localId, window);
        Cut = _cut.Token;
        Outgoing = new ChannelOutgoing(this, channels.Control);
        Incoming = new ChannelIncoming(Outgoing, window);
        _opened = ours ? new TaskCompletionSource<SshChannel>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        _confirmed = !ours;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("a channel has no length");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("a channel has no position");
        set => throw new NotSupportedException("a channel has no position");
    }

    internal uint LocalId { get; }

    internal int Window { get; }

    internal ChannelIncoming Incoming { get; }

    internal ChannelOutgoing Outgoing { get; }

    /// <summary>Cancelled when the application lets go of the channel.</summary>
    internal CancellationToken Cut { get; }

    /// <summary>Both sides know the channel.</summary>
    internal bool IsConfirmed => Volatile.Read(ref _confirmed);

    /// <summary>The peer has said its last.</summary>
    internal bool IsClosedByPeer { get; private set; }

    /// <summary>Ends when the peer has answered; faults when it refused.</summary>
    internal Task<SshChannel>? Opened => _opened?.Task;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Outgoing.WriteAsync(_channels.Transport, buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the writing direction only. Idempotent; the peer is told behind everything that was written.</summary>
    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        Outgoing.CompleteWrites();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends both directions now, without a proper end of ours; pending reads and writes fail. Any thread, idempotent.</summary>
    public void Abort(Exception? reason = null) =>
        Close(reason is null ? new IOException("the channel was aborted") : new IOException(reason.Message, reason), cut: true);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read a channel with ReadAsync");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write a channel with WriteAsync");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a channel cannot seek");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("a channel has no length");

    /// <summary>The peer has opened the channel that it was asked for.</summary>
    internal void OnConfirmed(uint remoteId, uint window, int packet)
    {
        Volatile.Write(ref _confirmed, true);
        Outgoing.Confirmed(remoteId, window, packet);
        _opened?.TrySetResult(this);
    }

    /// <summary>The peer does not open the channel.</summary>
    internal void OnRefused(SshException reason)
    {
        _opened?.TrySetException(reason);
        OnConnectionEnded(reason);
    }

    /// <summary>The peer takes and sends nothing more.</summary>
    internal void OnPeerClosed(bool isCut)
    {
        IsClosedByPeer = true;
        if (isCut)
        {
            Incoming.Fail(new IOException("the far end has cut the channel"));
        }
        else
        {
            Incoming.End();
        }

        Outgoing.OnPeerClosed(new IOException("the far end has closed the channel"));
    }

    /// <summary>The connection is over; the channel stays readable as far as data has come in.</summary>
    internal void OnConnectionEnded(Exception reason)
    {
        _opened?.TrySetException(reason);
        Incoming.Fail(reason);
        Outgoing.Fail(reason);
    }

    /// <summary>Both sides have closed it: its number is free.</summary>
    internal void Remove() => _channels.Remove(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(new ObjectDisposedException(nameof(SshChannel)), cut: false);
        }

        base.Dispose(disposing);
    }

    private void Close(Exception reason, bool cut)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            Incoming.Close(reason);
            Outgoing.Close(reason, cut);
            _cut.Cancel();
            _cut.Dispose();
            _channels.Released();
        }
    }
}

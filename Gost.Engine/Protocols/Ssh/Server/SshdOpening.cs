using System.Net;
using Gost.Engine.Abstractions;
using Gost.Ssh;

namespace Gost.Engine.Protocols.Ssh.Server;

/// <summary>
/// A way to a target that a client of <c>sshd</c> asks for, as a flow. It is answered once the way is open or cannot be had, so that the client is not told
/// of a connection that is none; its bytes flow through the stream of <see cref="Accept"/>. Owns the channel; any thread.
/// </summary>
internal sealed class SshdOpening : DuplexStream
{
    private readonly SshChannelOpening _opening;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _leaving;
    private SshChannelStream? _stream;
    private bool _answered;
    private bool _closed;

    /// <summary>A channel that waits; <paramref name="ending"/> is cancelled when its connection has ended.</summary>
    public SshdOpening(SshChannelOpening opening, Target target, EndPoint? local, EndPoint client, TimeProvider time, CancellationToken ending)
    {
        (_opening, Target, _time) = (opening, target, time);
        (LocalEndPoint, RemoteEndPoint) = (local, client);
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(ending);
        Leaving = _leaving.Token;
    }

    /// <summary>Where the client wants to go.</summary>
    public Target Target { get; }

    /// <summary>Cancelled when nobody waits for the answer any more.</summary>
    public CancellationToken Leaving { get; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; }

    private SshChannelStream Opened => _stream ?? throw new IOException("the channel is not open");

    /// <summary>Tells the client that the way is open; the stream is this one's, and ends with it. Null: it was closed meanwhile.</summary>
    public DuplexStream? Accept()
    {
        lock (_gate)
        {
            if (_answered)
            {
                return null;
            }

            _answered = true;
            return _stream = new SshChannelStream(_opening.Accept(), LocalEndPoint, RemoteEndPoint, _time);
        }
    }

    /// <summary>Tells the client why there is no way; does nothing when it was told already.</summary>
    public ValueTask RejectAsync(SshOpenRefusal reason, string text)
    {
        lock (_gate)
        {
            if (_answered)
            {
                return ValueTask.CompletedTask;
            }

            _answered = true;
        }

        return _opening.RejectAsync(reason, text);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Opened.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Opened.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => Opened.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        lock (_gate)
        {
            if (_stream is null && !_closed)
            {
                _leaving.Cancel();
            }
        }

        _stream?.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await RejectAsync(SshOpenRefusal.ConnectFailed, "the connection was not made");
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _closed = true;
            }

            _stream?.Dispose();
            _leaving.Dispose();
        }

        base.Dispose(disposing);
    }
}

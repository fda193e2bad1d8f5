using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Transports;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// One stream of a session. Towards a peer that announced it, the directions end one by one; a peer of GOST's takes our end for the end of both, so it
/// is held back while its answer flows, and its own end means that it takes nothing more. Source: spec/wire/mux.md section 4.
/// </summary>
internal sealed class SmuxStream : DuplexStream
{
    private readonly SmuxSession _session;
    private readonly SmuxOptions _options;
    private readonly TimeProvider _time;
    private HalfCloseHold? _hold;
    private int _closed;

    public SmuxStream(SmuxSession session, uint id, bool openDue, SmuxOptions options, EngineServices engine)
    {
        (_session, _options, _time) = (session, options, engine.Time);
        Outgoing = new SmuxOutgoing(session.Writer, this, id, openDue);
        Incoming = new SmuxIncoming(session, Outgoing, options, engine.Buffers);
    }

    /// <summary>The writing half.</summary>
    public SmuxOutgoing Outgoing { get; }

    /// <summary>The reading half.</summary>
    public SmuxIncoming Incoming { get; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _session.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _session.RemoteEndPoint;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Outgoing.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        HalfCloseHold? hold = null;
        lock (_session.Writer.Gate)
        {
            if (Outgoing.RequestEnd())
            {
                return ValueTask.CompletedTask;
            }

            if (!_session.PeerKeepsDirections && !Outgoing.PeerEnded)
            {
                _hold = hold = new HalfCloseHold(_options.HalfCloseHold, _time, SendEndAsync, () => Incoming.IsStalled);
            }
        }

        if (hold is null)
        {
            return SendEndAsync();
        }

        // The peer may have said meanwhile that it can do without, or have ended.
        hold.Begin();
        if (_session.PeerKeepsDirections || Volatile.Read(ref _closed) != 0)
        {
            ReleaseEnd();
        }

        Outgoing.EnsureOpened();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => Close(reason is null ? new IOException("the stream was aborted") : new IOException(reason.Message, reason), cut: true);

    /// <summary>Bytes from the peer.</summary>
    public void OnData(ReadOnlySpan<byte> bytes)
    {
        Volatile.Read(ref _hold)?.Touch();
        Incoming.Deliver(bytes);
    }

    /// <summary>The peer has turned out to keep the directions apart: an end that is held goes out.</summary>
    public void ReleaseEnd() => Volatile.Read(ref _hold)?.PeerEnded();

    /// <summary>FIN from the peer.</summary>
    public void OnPeerEnded()
    {
        lock (_session.Writer.Gate)
        {
            Outgoing.PeerEnded = true;
            if (!_session.PeerKeepsDirections)
            {
                Outgoing.Drop();
            }

            _session.RemoveIfOver(Outgoing);
        }

        Incoming.End();
        ReleaseEnd();
    }

    /// <summary>The peer, one of our own, reads no more; where it had not ended its direction before, it has cut it.</summary>
    public void OnPeerReset()
    {
        IOException error = new(Incoming.IsEnded ? "the far end reads no more" : "the far end has cut the stream");
        Incoming.Fail(error);
        lock (_session.Writer.Gate)
        {
            Outgoing.Fail(error);
            (Outgoing.PeerEnded, Outgoing.EndSent, Outgoing.EndDue, Outgoing.ResetDue) = (true, true, false, false);
            _session.RemoveIfOver(Outgoing);
        }

        Volatile.Read(ref _hold)?.Dispose();
    }

    /// <summary>The session is over; the stream stays readable as far as data has come in.</summary>
    public void OnSessionEnded(Exception error)
    {
        lock (_session.Writer.Gate)
        {
            Outgoing.Fail(error);
            Outgoing.EndSent = true;
        }

        Incoming.Fail(error);
        Volatile.Read(ref _hold)?.Dispose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(new ObjectDisposedException(nameof(SmuxStream)), cut: false);
        }

        base.Dispose(disposing);
    }

    private void Close(Exception reason, bool cut)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        Volatile.Read(ref _hold)?.Dispose();
        Incoming.Close(reason);
        bool wake;
        lock (_session.Writer.Gate)
        {
            wake = Outgoing.Close(reason, cut, _session.PeerMayKeepDirections);
            _session.RemoveIfOver(Outgoing);
        }

        if (wake)
        {
            _session.Writer.Wake();
        }
    }

    private ValueTask SendEndAsync()
    {
        bool wake;
        lock (_session.Writer.Gate)
        {
            wake = Outgoing.SendEnd();
        }

        if (wake)
        {
            _session.Writer.Wake();
        }

        return ValueTask.CompletedTask;
    }
}

namespace Gost.Engine.Layers.Transports;

/// <summary>
/// Puts off the end of writing towards a peer that would take it for the end of both directions: it is sent when nothing has come in for
/// <c>hold</c>, or at once when the peer has ended its direction. Used by streams of WebSocket and smux whose far end did not announce that it keeps the
/// directions apart. Any thread; disposing forgets an end that was not sent. Source: design.md section 1 (half-close).
/// </summary>
internal sealed class HalfCloseHold : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _hold;
    private readonly TimeProvider _time;
    private readonly Func<ValueTask> _sendEnd;
    private readonly Func<bool>? _stalled;
    private ITimer? _timer;
    private long _lastActivity;
    private volatile bool _begun;
    private bool _peerEnded;
    private bool _over;

    /// <summary>
    /// A hold that has not begun. <paramref name="hold"/> zero or less: the end is never put off. <paramref name="sendEnd"/> is called once at most, outside
    /// of any lock; what it throws is dropped, because only the stream's own calls can tell of a broken stream. <paramref name="stalled"/>: silence does not
    /// count while it gives true, because unread data waits here or nobody reads, so that the peer may not be able to send.
    /// </summary>
    public HalfCloseHold(TimeSpan hold, TimeProvider time, Func<ValueTask> sendEnd, Func<bool>? stalled = null) =>
        (_hold, _time, _sendEnd, _stalled) = (hold, time, sendEnd, stalled);

    /// <summary>Ends when the end was sent; completed before that is begun.</summary>
    public Task Sent { get; private set; } = Task.CompletedTask;

    /// <summary>The application has ended its writing: from now on the end is due.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_begun || _over)
            {
                return;
            }

            Volatile.Write(ref _lastActivity, _time.GetTimestamp());
            _begun = true;
            if (!_peerEnded && _hold > TimeSpan.Zero)
            {
                _timer = _time.CreateTimer(static x => ((HalfCloseHold)x!).Look(), this, _hold, Timeout.InfiniteTimeSpan);
                return;
            }

            _over = true;
        }

        Send();
    }

    /// <summary>Bytes came in. Cheap; takes no lock.</summary>
    public void Touch()
    {
        if (_begun)
        {
            Volatile.Write(ref _lastActivity, _time.GetTimestamp());
        }
    }

    /// <summary>The peer has ended its direction.</summary>
    public void PeerEnded()
    {
        lock (_gate)
        {
            _peerEnded = true;
            if (!_begun || _over)
            {
                return;
            }

            End();
        }

        Send();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            End();
        }
    }

    /// <summary>The timer is armed once per hold, not per chunk: it looks how long ago the last one was.</summary>
    private void Look()
    {
        // Asked outside of the lock: it looks into the stream, which may be calling in here.
        if (_stalled?.Invoke() == true)
        {
            Touch();
        }

        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            var rest = _hold - _time.GetElapsedTime(Volatile.Read(ref _lastActivity));
            if (rest > TimeSpan.Zero)
            {
                _timer?.Change(rest, Timeout.InfiniteTimeSpan);
                return;
            }

            End();
        }

        Send();
    }

    private void End()
    {
        _over = true;
        _timer?.Dispose();
        _timer = null;
    }

    private void Send() => Sent = SendAsync();

    private async Task SendAsync()
    {
        try
        {
            await _sendEnd();
        }
        catch (Exception)
        {
            // The stream is broken, which its reader or its owner sees.
        }
    }
}

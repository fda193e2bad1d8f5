using Gost.Engine.Net;
using Gost.Streams;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// The reading half of a stream: what has come in and was not read, and a read that waits. Bytes go straight into the buffer of a waiting read. Thread-safe.
/// Source: spec/wire/mux.md section 3.
/// </summary>
internal sealed class SmuxIncoming
{
    // A stream of a peer that also keeps to windows in version 1 begins with the first and doubles while its reader waits for more.
    private const int LargestWindow = 2 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly SmuxSession _session;
    private readonly SmuxOutgoing _outgoing;
    private readonly SmuxOptions _options;
    private readonly PendingCall _call;
    private readonly ReceivedBytes _bytes;
    private Memory<byte> _destination;
    private Exception? _closed;
    private Exception? _error;
    private bool _ended;
    private uint _consumed;
    private int _sinceUpdate;
    private bool _updated;
    private int _window;

    /// <summary>Of a stream of <paramref name="session"/>; chunks for what waits are rented from <paramref name="buffers"/>.</summary>
    public SmuxIncoming(SmuxSession session, SmuxOutgoing outgoing, SmuxOptions options, BufferPool buffers)
    {
        (_session, _outgoing, _options, _window) = (session, outgoing, options, options.MaxStreamBuffer);
        _call = new PendingCall(_gate);
        _bytes = new ReceivedBytes(buffers);
    }

    /// <summary>Bytes that wait to be read.</summary>
    public int Unread
    {
        get
        {
            lock (_gate)
            {
                return _bytes.Length;
            }
        }
    }

    /// <summary>The peer may not be able to send, because what it sent was not taken.</summary>
    public bool IsStalled
    {
        get
        {
            lock (_gate)
            {
                return _bytes.Length > 0 || !_call.IsWaiting;
            }
        }
    }

    /// <summary>The peer has ended its direction.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>Reads what is there, or waits.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        var update = false;
        var endSeen = false;
        ValueTask<int> waiting = default;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return ValueTask.FromException<int>(_closed);
            }

            if (_call.IsWaiting)
            {
                throw new InvalidOperationException("another read is pending");
            }

            if (_bytes.Length > 0)
            {
                count = _bytes.Read(buffer.Span);
                update = count > 0 && Consume(count);
            }
            else if (_error is not null)
            {
                return ValueTask.FromException<int>(new IOException(_error.Message, _error));
            }
            else if (_ended)
            {
                count = 0;
                endSeen = !buffer.IsEmpty;
            }
            else if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }
            else
            {
                count = -1;
                _destination = buffer;
                waiting = new ValueTask<int>(_call, _call.Begin(cancellationToken));
            }
        }

        if (count < 0)
        {
            _outgoing.EnsureOpened();
            return waiting;
        }

        _session.Budget.Release(count);
        Tell(update, endSeen);
        return new ValueTask<int>(count);
    }

    /// <summary>Takes bytes from the peer. Throws <see cref="SmuxProtocolException"/> when they are more than it was told it may send.</summary>
    public void Deliver(ReadOnlySpan<byte> bytes)
    {
        var update = false;
        var count = 0;
        var taken = false;
        lock (_gate)
        {
            if (_closed is not null || _ended || _error is not null)
            {
                return;
            }

            if (_call.IsWaiting)
            {
                count = Math.Min(bytes.Length, _destination.Length);
                bytes[..count].CopyTo(_destination.Span);
                update = count > 0 && Consume(count);
                Keep(bytes[count..]);
                taken = bytes.Length <= PendingCall.SmallDelivery && _call.TryTake();
                if (!taken)
                {
                    _call.Complete(count, null);
                }
            }
            else
            {
                Keep(bytes);
            }
        }

        Tell(update, endSeen: false);
        if (taken)
        {
            _call.SetResult(count);
        }
    }

    /// <summary>The peer has ended its direction: what came in is still read.</summary>
    public void End()
    {
        bool endSeen;
        lock (_gate)
        {
            _ended = true;
            endSeen = _call.IsWaiting && !_destination.IsEmpty;
            _call.Complete(0, null);
        }

        Tell(update: false, endSeen);
    }

    /// <summary>Nothing more will come in, and that is no proper end: what came in is still read.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _error ??= error;
                _call.Complete(0, error);
            }
        }
    }

    /// <summary>The application lets go of the stream: what came in is forgotten.</summary>
    public void Close(Exception reason)
    {
        int forgotten;
        lock (_gate)
        {
            _closed = reason;
            forgotten = _bytes.Length;
            _bytes.Clear();
            _call.Complete(0, reason);
        }

        _session.Budget.Release(forgotten);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_options.Version > 1 && _bytes.Length + bytes.Length > Math.Max(SmuxOutgoing.InitialWindow, _window))
        {
            throw new SmuxProtocolException($"the far end sent more than the window of stream {_outgoing.Id} allows");
        }

        _session.Budget.Add(bytes.Length);
        _bytes.Append(bytes);
    }

    /// <summary>Counts what was read; true when the peer is to be told, which is at the first read and after each half of a window.</summary>
    private bool Consume(int count)
    {
        _consumed += (uint)count;
        _sinceUpdate += count;
        if (!_session.IsFlowControlled || (_updated && _sinceUpdate < _window / 2))
        {
            return false;
        }

        if (_session.PeerKeepsDirections)
        {
            // A peer of our own takes any window. One whose reader keeps up grows, so that a long way is used; one that stalls stays small.
            var next = _updated && _bytes.Length == 0 ? Math.Min(_window * 2L, LargestWindow) : SmuxOutgoing.InitialWindow;
            _window = (int)Math.Max(_window, next);
        }

        _updated = true;
        _sinceUpdate = 0;
        return true;
    }

    private void Tell(bool update, bool endSeen)
    {
        if (update)
        {
            uint consumed;
            int window;
            lock (_gate)
            {
                (consumed, window) = (_consumed, _window);
            }

            _session.QueueUpdate(_outgoing, consumed, window);
        }

        if (endSeen)
        {
            _session.OnEndSeen(_outgoing);
        }
    }
}

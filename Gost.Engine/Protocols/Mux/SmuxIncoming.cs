using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// The reading half of a stream: what has come in and was not read, and a read that waits. Bytes go straight into the buffer of a waiting read. Thread-safe.
/// Source: spec/wire/mux.md section 3.
/// </summary>
internal sealed class SmuxIncoming(SmuxSession session, SmuxOutgoing outgoing, SmuxOptions options, BufferPool buffers)
{
    // A stream of a peer that also keeps to windows in version 1 begins with the first and doubles while its reader waits for more.
    private const int LargestWindow = 2 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly PendingCall _call = new();
    private readonly ReceivedBytes _bytes = new(buffers);
    private Memory<byte> _destination;
    private bool _waiting;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private Exception? _closed;
    private Exception? _error;
    private bool _ended;
    private uint _consumed;
    private int _sinceUpdate;
    private bool _updated;
    private int _window = options.MaxStreamBuffer;

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
                return _bytes.Length > 0 || !_waiting;
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

            if (_waiting)
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
                waiting = Wait(buffer, cancellationToken);
            }
        }

        if (count < 0)
        {
            outgoing.EnsureOpened();
            return waiting;
        }

        session.Budget.Release(count);
        Tell(update, endSeen);
        return new ValueTask<int>(count);
    }

    /// <summary>Takes bytes from the peer. Throws <see cref="SmuxProtocolException"/> when they are more than it was told it may send.</summary>
    public void Deliver(ReadOnlySpan<byte> bytes)
    {
        var update = false;
        lock (_gate)
        {
            if (_closed is not null || _ended || _error is not null)
            {
                return;
            }

            if (_waiting)
            {
                var count = Math.Min(bytes.Length, _destination.Length);
                bytes[..count].CopyTo(_destination.Span);
                bytes = bytes[count..];
                update = count > 0 && Consume(count);
                Keep(bytes);
                Complete(count, null);
            }
            else
            {
                Keep(bytes);
            }
        }

        Tell(update, endSeen: false);
    }

    /// <summary>The peer has ended its direction: what came in is still read.</summary>
    public void End()
    {
        bool endSeen;
        lock (_gate)
        {
            _ended = true;
            endSeen = _waiting && !_destination.IsEmpty;
            Complete(0, null);
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
                Complete(0, error);
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
            Complete(0, reason);
        }

        session.Budget.Release(forgotten);
    }

    private ValueTask<int> Wait(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        (_waiting, _destination, _token) = (true, buffer, cancellationToken);
        ValueTask<int> task = new(_call, _call.Begin());
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (x, canceled) => ((SmuxIncoming)x!).Cancel(canceled), this);
        }

        return task;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (options.Version > 1 && _bytes.Length + bytes.Length > Math.Max(SmuxOutgoing.InitialWindow, _window))
        {
            throw new SmuxProtocolException($"the far end sent more than the window of stream {outgoing.Id} allows");
        }

        session.Budget.Add(bytes.Length);
        _bytes.Append(bytes);
    }

    /// <summary>Counts what was read; true when the peer is to be told, which is at the first read and after each half of a window.</summary>
    private bool Consume(int count)
    {
        _consumed += (uint)count;
        _sinceUpdate += count;
        if (!session.IsFlowControlled || (_updated && _sinceUpdate < _window / 2))
        {
            return false;
        }

        if (session.PeerKeepsDirections)
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

            session.QueueUpdate(outgoing, consumed, window);
        }

        if (endSeen)
        {
            session.OnEndSeen(outgoing);
        }
    }

    private void Cancel(CancellationToken canceled)
    {
        lock (_gate)
        {
            // A late call of an earlier read's token must not end this one.
            if (canceled == _token)
            {
                Complete(0, new OperationCanceledException(canceled));
            }
        }
    }

    private void Complete(int count, Exception? error)
    {
        if (!_waiting)
        {
            return;
        }

        // Not disposed: that would wait for a callback that may be waiting for the gate.
        _registration.Unregister();
        (_waiting, _destination, _registration, _token) = (false, default, default, default);
        _call.Complete(count, error);
    }
}

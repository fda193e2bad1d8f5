using Gost.Streams;

namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// The writing half of a stream: what waits to be sent of it, and how much the peer takes. Everything but the two public calls of the application is
/// guarded by the writer's gate. Source: spec/wire/mux.md sections 3 and 4.
/// </summary>
internal sealed class SmuxOutgoing
{
    /// <summary>Bytes that may be under way before the peer has said anything. Source: spec/wire/mux.md section 3.</summary>
    public const int InitialWindow = 256 * 1024;

    private readonly SmuxWriter _writer;
    private readonly PendingCall _call;
    private ReadOnlyMemory<byte> _data;
    private bool _busy;
    private bool _dropping;
    private bool _endRequested;
    private Exception? _result;
    private Exception? _failure;
    private uint _sent;
    private uint _consumed;
    private long _window = InitialWindow;
    private volatile bool _openDue;

    public SmuxOutgoing(SmuxWriter writer, SmuxStream stream, uint id, bool openDue)
    {
        (_writer, Stream, Id, _openDue) = (writer, stream, id, openDue);
        _call = new PendingCall(writer.Gate, GiveUp);
    }

    public uint Id { get; }

    public SmuxStream Stream { get; }

    /// <summary>SYN was not sent yet.</summary>
    public bool OpenDue { get => _openDue; set => _openDue = value; }

    /// <summary>UPD is to be sent, with <see cref="ReadCount"/> and <see cref="ReadWindow"/>.</summary>
    public bool UpdateDue { get; set; }

    public uint ReadCount { get; private set; }

    public uint ReadWindow { get; private set; }

    /// <summary>FIN is to be sent when the data is.</summary>
    public bool EndDue { get; set; }

    /// <summary>FIN was sent, or need not be.</summary>
    public bool EndSent { get; set; }

    /// <summary>The peer is to be told that this end reads no more.</summary>
    public bool ResetDue { get; set; }

    /// <summary>That is told before FIN, which makes it a cut and no end.</summary>
    public bool ResetFirst { get; private set; }

    /// <summary>The peer has ended its direction.</summary>
    public bool PeerEnded { get; set; }

    /// <summary>The application has let go of the stream.</summary>
    public bool Closed { get; private set; }

    /// <summary>Membership in the writer's queues.</summary>
    public bool InControl { get; set; }

    public bool InData { get; set; }

    public bool HasData => !_data.IsEmpty;

    /// <summary>Whether nothing will be sent or is awaited any more.</summary>
    public bool IsOver => EndSent && !ResetDue && (PeerEnded || Closed);

    /// <summary>Waits until the bytes are in the session's hands, which takes as long as window and transport make it.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        bool wake;
        lock (_writer.Gate)
        {
            if (_busy || _endRequested)
            {
                throw new InvalidOperationException(_busy ? "another write is pending" : "writing was ended");
            }

            if (_failure is not null)
            {
                return ValueTask.FromException(Again(_failure));
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled(cancellationToken);
            }

            if (data.IsEmpty || _dropping)
            {
                return ValueTask.CompletedTask;
            }

            (_data, _busy, _result) = (data, true, null);
            wake = _writer.Schedule(this);
        }

        if (wake)
        {
            _writer.Wake();
        }

        lock (_writer.Gate)
        {
            if (!_busy)
            {
                return _result is null ? ValueTask.CompletedTask : ValueTask.FromException(_result);
            }

            return new ValueTask(_call, _call.Begin(cancellationToken));
        }
    }

    /// <summary>Lets SYN out if it still waits for a first write.</summary>
    public void EnsureOpened()
    {
        if (!_openDue)
        {
            return;
        }

        bool wake;
        lock (_writer.Gate)
        {
            wake = _openDue && _writer.ScheduleControl(this);
        }

        if (wake)
        {
            _writer.Wake();
        }
    }

    /// <summary>The application ends its direction. True when nothing remains to be done for it.</summary>
    public bool RequestEnd()
    {
        if (_endRequested || Closed || EndSent)
        {
            return true;
        }

        _endRequested = true;
        return false;
    }

    /// <summary>FIN goes out behind what is pending; gives whether the writer is to be woken.</summary>
    public bool SendEnd()
    {
        if (EndSent || EndDue || Closed)
        {
            return false;
        }

        EndDue = true;
        return _writer.Schedule(this);
    }

    /// <summary>The next frame's length, 0 when nothing can be sent.</summary>
    public int Sendable(int maxFrameSize, bool flowControlled)
    {
        var count = Math.Min(_data.Length, maxFrameSize);
        return flowControlled ? (int)Math.Clamp(_window - (uint)(_sent - _consumed), 0, count) : count;
    }

    /// <summary>Copies the next bytes out; completes the write with the last ones.</summary>
    public void Take(Span<byte> destination)
    {
        _data.Span[..destination.Length].CopyTo(destination);
        _data = _data[destination.Length..];
        _sent += (uint)destination.Length;
        if (_data.IsEmpty)
        {
            Complete(null);
        }
    }

    /// <summary>What the peer has read. Throws <see cref="SmuxProtocolException"/> when it cannot be; gives whether the writer is to be woken.</summary>
    public bool Acknowledge(uint consumed, uint window)
    {
        if ((int)(consumed - _consumed) < 0 || (int)(_sent - consumed) < 0)
        {
            throw new SmuxProtocolException($"the far end says it has read {consumed} bytes of stream {Id}: {_sent} were sent, {_consumed} read before");
        }

        (_consumed, _window) = (consumed, window);
        return HasData && _writer.Schedule(this);
    }

    /// <summary>Tells the peer what was read here; gives whether the writer is to be woken.</summary>
    public bool QueueUpdate(uint consumed, int window)
    {
        // Two reads in a row may come here in either order: the count never goes back.
        if (Closed || PeerEnded || (int)(consumed - ReadCount) < 0)
        {
            return false;
        }

        (ReadCount, ReadWindow, UpdateDue) = (consumed, (uint)window, true);
        return _writer.ScheduleControl(this);
    }

    /// <summary>From now on what is written is thrown away without a word: the peer has closed, but what it sent before is still being read.</summary>
    public void Drop()
    {
        _dropping = true;
        Complete(null);
    }

    /// <summary>Writing has become impossible.</summary>
    public void Fail(Exception failure)
    {
        _failure ??= failure;
        Complete(failure);
    }

    /// <summary>The application lets go of the stream; gives whether the writer is to be woken.</summary>
    public bool Close(Exception reason, bool cut, bool peerMayKeepDirections)
    {
        Closed = true;
        Fail(reason);
        if (OpenDue)
        {
            // The peer has never heard of it.
            (OpenDue, EndSent) = (false, true);
            return false;
        }

        ResetDue = peerMayKeepDirections && (!PeerEnded || (cut && !EndSent));
        ResetFirst = cut;
        EndDue = !EndSent;
        return (EndDue || ResetDue) && _writer.Schedule(this);
    }

    private static IOException Again(Exception failure) => new(failure.Message, failure);

    // What waited to be sent belongs to the caller again.
    private void GiveUp() => (_data, _busy, _result) = (default, false, null);

    private void Complete(Exception? error)
    {
        if (_busy)
        {
            (_data, _busy, _result) = (default, false, error);
            _call.Complete(0, error);
        }
    }
}

using System.Buffers;
using Gost.Streams;

namespace Gost.Ssh.Channels;

/// <summary>
/// The reading half of a channel: what has come in and was not read, and a read that waits. Bytes go straight into the buffer of a waiting read.
/// Thread-safe. Source: RFC 4254 section 5.2.
/// </summary>
internal sealed class ChannelIncoming
{
    private readonly ChannelOutgoing _outgoing;
    private readonly int _half;
    private readonly Lock _gate = new();
    private readonly PendingCall _call;
    private readonly ReceivedBytes _bytes = new(ArrayPool<byte>.Shared);
    private Memory<byte> _destination;
    private Exception? _closed;
    private Exception? _error;
    private bool _ended;
    private int _credit;
    private int _consumed;

    /// <summary>Of a channel whose peer was told that it may send <paramref name="window"/> bytes.</summary>
    public ChannelIncoming(ChannelOutgoing outgoing, int window)
    {
        (_outgoing, _half, _credit) = (outgoing, window / 2, window);
        _call = new PendingCall(_gate);
    }

    /// <summary>Reads what is there, or waits.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        int adjust;
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
                adjust = Consume(count);
            }
            else if (_error is not null)
            {
                return ValueTask.FromException<int>(new IOException(_error.Message, _error));
            }
            else if (_ended)
            {
                return new ValueTask<int>(0);
            }
            else if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }
            else
            {
                _destination = buffer;
                return new ValueTask<int>(_call, _call.Begin(cancellationToken));
            }
        }

        _outgoing.QueueAdjust(adjust);
        return new ValueTask<int>(count);
    }

    /// <summary>Takes bytes from the peer. Throws <see cref="SshException"/> when they are more than it was told it may send.</summary>
    public void Deliver(ReadOnlySpan<byte> bytes)
    {
        var adjust = 0;
        var count = 0;
        var taken = false;
        lock (_gate)
        {
            Charge(bytes.Length);
            if (_closed is not null || _error is not null)
            {
                return;
            }

            if (_call.IsWaiting)
            {
                count = Math.Min(bytes.Length, _destination.Length);
                bytes[..count].CopyTo(_destination.Span);
                adjust = Consume(count);
                _bytes.Append(bytes[count..]);
                taken = bytes.Length <= PendingCall.SmallDelivery && _call.TryTake();
                if (!taken)
                {
                    _call.Complete(count, null);
                }
            }
            else
            {
                _bytes.Append(bytes);
            }
        }

        _outgoing.QueueAdjust(adjust);
        if (taken)
        {
            _call.SetResult(count);
        }
    }

    /// <summary>Bytes from the peer that nobody reads: they count against the window, and are as good as read.</summary>
    public void Discard(int count)
    {
        int adjust;
        lock (_gate)
        {
            Charge(count);
            adjust = _closed is null ? Consume(count) : 0;
        }

        _outgoing.QueueAdjust(adjust);
    }

    /// <summary>The peer has ended its direction: what came in is still read.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _call.Complete(0, null);
        }
    }

    /// <summary>Nothing more will come in, and that is no proper end: what came in is still read.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _error ??= error;
                _call.Complete(0, ChannelOutgoing.Shown(error));
            }
        }
    }

    /// <summary>The application lets go of the channel: what came in is forgotten.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _bytes.Clear();
            _call.Complete(0, ChannelOutgoing.Shown(reason));
        }
    }

    private void Charge(int count)
    {
        if (count > _credit)
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer sent more than the window of a channel allows");
        }

        if (_ended)
        {
            throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer sent data after the end of a channel");
        }

        _credit -= count;
    }

    /// <summary>Counts what was read; what the peer is to be told it may send again, which is something after each half of a window.</summary>
    private int Consume(int count)
    {
        _consumed += count;
        if (_consumed < _half || _ended)
        {
            return 0;
        }

        var adjust = _consumed;
        _consumed = 0;
        _credit += adjust;
        return adjust;
    }
}

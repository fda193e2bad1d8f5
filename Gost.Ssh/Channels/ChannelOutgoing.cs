using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Gost.Streams;

namespace Gost.Ssh.Channels;

/// <summary>
/// The writing half of a channel: the window of the peer, a write that waits for it, and the messages that are due. Data goes from the writer straight
/// to the transport; everything else from the queue, so that nothing of the channel leaves before its confirmation and no data after its end.
/// Thread-safe. Source: RFC 4254 sections 5.1 to 5.3.
/// </summary>
internal sealed partial class ChannelOutgoing
{
    private const int DataHead = 9;

    private readonly Lock _gate = new();
    private readonly SshChannel _channel;
    private readonly ControlQueue _control;
    private readonly PendingCall _call;
    private readonly byte[] _head = new byte[DataHead];
    private Exception? _error;
    private uint _window;
    private uint _granted;
    private int _packet;
    private int _adjust;
    private bool _sending;
    private bool _queued;
    private bool _confirmDue;
    private bool _endDue;
    private bool _endSent;
    private bool _closeDue;
    private bool _closeSent;
    private bool _peerClosed;

    /// <summary>Of <paramref name="channel"/>, whose messages but data go through <paramref name="control"/>.</summary>
    public ChannelOutgoing(SshChannel channel, ControlQueue control)
    {
        (_channel, _control) = (channel, control);
        _call = new PendingCall(_gate);
    }

    /// <summary>The number the peer has given the channel; 0 while it has not.</summary>
    public uint RemoteId { get; private set; }

    /// <summary>The peer has confirmed the channel that we asked for.</summary>
    public void Confirmed(uint remoteId, uint window, int packet)
    {
        lock (_gate)
        {
            (RemoteId, _window, _packet) = (remoteId, window, packet);
        }

        // The application may have let go of it meanwhile.
        Wake();
    }

    /// <summary>We confirm the channel that the peer asked for; its window opens when the confirmation is on its way.</summary>
    public void Confirm(uint remoteId, uint window, int packet)
    {
        lock (_gate)
        {
            (RemoteId, _granted, _packet, _confirmDue) = (remoteId, window, packet, true);
        }

        Wake();
    }

    /// <summary>Sends the bytes, in as many messages as the window and the peer's limit make of them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(IPacketTransport transport, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var count = await ReserveAsync(bytes.Length, cancellationToken);
            if (count > 0)
            {
                await SendAsync(transport, bytes[..count], cancellationToken);
                bytes = bytes[count..];
            }
        }
    }

    /// <summary>The peer may be sent more. Throws <see cref="SshException"/> when that is more than the protocol can count.</summary>
    public void Grow(uint count)
    {
        lock (_gate)
        {
            if (count > uint.MaxValue - _window - _granted)
            {
                throw new SshException(SshFailure.Protocol, SshDisconnectReason.ProtocolError, "the SSH peer opened the window of a channel too far");
            }

            _window += count;
            _call.Complete(0, null);
        }
    }

    /// <summary>The peer is to be told that it may send more; nothing with 0.</summary>
    public void QueueAdjust(int count)
    {
        if (count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _adjust += count;
        }

        Wake();
    }

    /// <summary>Nothing more will be written: the peer is told.</summary>
    public void CompleteWrites()
    {
        lock (_gate)
        {
            if (_error is not null || _endSent)
            {
                return;
            }

            _endDue = true;
        }

        Wake();
    }

    /// <summary>The application lets go of the channel: a write that waits fails. With <paramref name="cut"/> the peer is not told of a proper end first.</summary>
    public void Close(Exception reason, bool cut)
    {
        lock (_gate)
        {
            _endDue |= !cut && !_endSent && _error is null;
            _endDue &= !cut;
            _error = cut ? _error ?? reason : reason;
            _closeDue = true;
            _call.Complete(0, Shown(reason));
        }

        Wake();
    }

    /// <summary>The peer has closed the channel: it is closed from this side too.</summary>
    public void OnPeerClosed(Exception reason)
    {
        lock (_gate)
        {
            _error ??= reason;
            (_peerClosed, _closeDue, _endDue) = (true, true, false);
            _call.Complete(0, Shown(reason));
        }

        Wake();
        RemoveIfOver();
    }

    /// <summary>The connection is over: nothing more is sent.</summary>
    public void Fail(Exception reason)
    {
        lock (_gate)
        {
            _error ??= reason;
            (_closeSent, _closeDue, _endDue, _confirmDue, _adjust) = (true, false, false, false, 0);
            _call.Complete(0, Shown(reason));
        }
    }

    /// <summary>A failure as a stream shows it.</summary>
    public static Exception Shown(Exception error) =>
        error is OperationCanceledException or ObjectDisposedException or IOException ? error : new IOException(error.Message, error);

    private ValueTask<int> ReserveAsync(int wanted, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_error is not null)
            {
                return ValueTask.FromException<int>(Shown(_error));
            }

            if (_endDue || _endSent || _call.IsWaiting || _sending)
            {
                throw new InvalidOperationException(_endDue || _endSent ? "the writes of the channel have ended" : "another write is pending");
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }

            var count = (int)Math.Min((uint)Math.Min(wanted, _packet), _window);
            if (count > 0)
            {
                _window -= (uint)count;
                _sending = true;
                return new ValueTask<int>(count);
            }

            // 0 = look again.
            return new ValueTask<int>(_call, _call.Begin(cancellationToken));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(IPacketTransport transport, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        CancellationTokenSource? both = null;
        try
        {
            _head[0] = MessageNumber.ChannelData;
            BinaryPrimitives.WriteUInt32BigEndian(_head.AsSpan(1), RemoteId);
            BinaryPrimitives.WriteUInt32BigEndian(_head.AsSpan(5), (uint)bytes.Length);

            // A write that the transport cannot take ends when the channel is cut. Data paths give no token of their own.
            both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _channel.Cut) : null;
            ValueTask sent;
            try
            {
                sent = transport.SendAsync(_head, bytes, both?.Token ?? _channel.Cut);
            }
            finally
            {
                // The place of the packet is taken by the call: what was due meanwhile may follow.
                Sent();
            }

            await sent;
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            both?.Dispose();
        }
    }

    private void Sent()
    {
        bool wake;
        lock (_gate)
        {
            _sending = false;
            wake = _endDue || _closeDue;
        }

        if (wake)
        {
            Wake();
        }
    }

    // What was written may be lost, or not: nothing can be written behind it.
    private Exception Failed(Exception error, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var shown = error is OperationCanceledException && !cancellationToken.IsCancellationRequested && _error is not null ? Shown(_error) : Shown(error);
            _error ??= error is OperationCanceledException ? new IOException("a write was given up halfway", error) : error;
            return shown is OperationCanceledException ? new OperationCanceledException(shown.Message, error, cancellationToken) : shown;
        }
    }
}

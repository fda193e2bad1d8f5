using System.Buffers.Binary;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <content>The messages that are due beside the data, which the queue sends one after the other.</content>
internal sealed partial class ChannelOutgoing : IControlItem
{
    /// <inheritdoc/>
    async ValueTask IControlItem.SendAsync(IPacketTransport transport, byte[] scratch)
    {
        while (Take(scratch) is var length and > 0)
        {
            var opens = scratch[0] == MessageNumber.ChannelOpenConfirmation;
            var sent = transport.SendAsync(scratch.AsMemory(0, length), default, CancellationToken.None);
            if (opens)
            {
                Open();
            }

            await sent;
        }

        RemoveIfOver();
    }

    /// <summary>Builds the message that is due next; 0 = none is.</summary>
    private int Take(byte[] scratch)
    {
        lock (_gate)
        {
            _queued = false;
            if (_confirmDue)
            {
                _confirmDue = false;
                Write(scratch, 5, _channel.LocalId);
                Write(scratch, 9, (uint)_channel.Window);
                Write(scratch, 13, ChannelLimits.PacketSize);
                return Begin(scratch, MessageNumber.ChannelOpenConfirmation, 17);
            }

            if (_adjust > 0 && !_closeDue && !_closeSent)
            {
                Write(scratch, 5, (uint)_adjust);
                _adjust = 0;
                return Begin(scratch, MessageNumber.ChannelWindowAdjust, 9);
            }

            // A channel that was not confirmed has no number to close it by; data that is about to leave goes first.
            if (_sending || !_channel.IsConfirmed || _closeSent)
            {
                return 0;
            }

            if (_endDue)
            {
                (_endDue, _endSent) = (false, true);
                return Begin(scratch, MessageNumber.ChannelEof, 5);
            }

            if (_closeDue)
            {
                (_closeDue, _closeSent) = (false, true);
                return Begin(scratch, MessageNumber.ChannelClose, 5);
            }

            return 0;
        }
    }

    private int Begin(byte[] scratch, byte message, int length)
    {
        scratch[0] = message;
        Write(scratch, 1, RemoteId);
        return length;
    }

    private static void Write(byte[] scratch, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(scratch.AsSpan(at), value);

    private void Open()
    {
        lock (_gate)
        {
            (_window, _granted) = (_window + _granted, 0);
            _call.Complete(0, null);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_queued)
            {
                return;
            }

            _queued = true;
        }

        _control.Add(this);
    }

    private void RemoveIfOver()
    {
        bool over;
        lock (_gate)
        {
            over = _closeSent && _peerClosed;
        }

        if (over)
        {
            _channel.Remove();
        }
    }
}

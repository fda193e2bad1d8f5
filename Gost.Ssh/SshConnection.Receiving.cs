using System.Buffers.Binary;
using Gost.Ssh.Channels;
using Gost.Ssh.Messages;

namespace Gost.Ssh;

/// <summary>What comes from the peer.</summary>
public sealed partial class SshConnection
{
    private const int DataHead = 9;

    private async Task ReceiveAsync()
    {
        Exception? fault = null;
        try
        {
            while (true)
            {
                var payload = await _transport.ReceiveAsync(CancellationToken.None);
                if (payload.IsEmpty)
                {
                    break;
                }

                _received++;
                if (!Dispatch(payload.Span))
                {
                    await _transport.SendUnimplementedAsync(CancellationToken.None);
                }

                await _control.WaitForRoomAsync();
            }
        }
        catch (Exception e)
        {
            fault = e;
        }

        if (fault is SshException { Failure: SshFailure.Protocol } broken && !IsOver)
        {
            await SayGoodbyeAsync(_transport, _time, broken.Reason, broken.Message);
        }

        End(fault);
        await _transport.DisposeAsync();
    }

    private bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>False when the message is not known.</summary>
    private bool Dispatch(ReadOnlySpan<byte> payload)
    {
        switch (payload[0])
        {
            case MessageNumber.ChannelData:
                OnData(payload);
                return true;
            case MessageNumber.ChannelWindowAdjust:
                OnAdjust(payload);
                return true;
            case MessageNumber.ChannelExtendedData:
                OnExtendedData(payload);
                return true;
            case MessageNumber.ChannelOpen:
                OnOpen(payload);
                return true;
            case MessageNumber.ChannelOpenConfirmation:
                OnConfirmation(payload);
                return true;
            case MessageNumber.ChannelOpenFailure:
                OnOpenFailure(payload);
                return true;
            case MessageNumber.ChannelEof:
                Only(payload).Incoming.End();
                return true;
            case MessageNumber.ChannelClose:
                Only(payload).OnPeerClosed(_peerCuts);
                return true;
            case MessageNumber.ChannelRequest:
                OnChannelRequest(payload);
                return true;
            case MessageNumber.GlobalRequest:
                OnGlobalRequest(payload);
                return true;
            case MessageNumber.RequestSuccess:
                _outgoing.OnAnswer(payload[1..].ToArray());
                return true;
            case MessageNumber.RequestFailure:
                _outgoing.OnAnswer(null);
                return true;

            // A client that was let in asks in vain again. Source: RFC 4252 section 5.1.
            case MessageNumber.UserAuthRequest:
                return true;
            case MessageNumber.ChannelSuccess or MessageNumber.ChannelFailure:
                throw Broken("answered a request about a channel that was not made");
            default:
                return false;
        }
    }

    private void OnData(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < DataHead || BinaryPrimitives.ReadUInt32BigEndian(payload[5..]) != payload.Length - DataHead)
        {
            throw Broken("sent data of another length than it says");
        }

        Confirmed(BinaryPrimitives.ReadUInt32BigEndian(payload[1..])).Incoming.Deliver(Bounded(payload[DataHead..]));
    }

    private void OnExtendedData(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Confirmed(reader.ReadUInt32());
        reader.ReadUInt32();
        channel.Incoming.Discard(Bounded(reader.ReadString()).Length);
        reader.ReadEnd();
    }

    private void OnAdjust(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Confirmed(reader.ReadUInt32());
        channel.Outgoing.Grow(reader.ReadUInt32());
        reader.ReadEnd();
    }

    private void OnOpen(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var type = reader.ReadText(256);
        var remoteId = reader.ReadUInt32();
        var window = reader.ReadUInt32();
        var packet = PacketSize(reader.ReadUInt32());
        _channels.Offer(type, reader.Rest, remoteId, window, packet);
    }

    private void OnConfirmation(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Asked(reader.ReadUInt32());
        var remoteId = reader.ReadUInt32();
        var window = reader.ReadUInt32();
        channel.OnConfirmed(remoteId, window, PacketSize(reader.ReadUInt32()));
    }

    private void OnOpenFailure(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Asked(reader.ReadUInt32());
        var code = reader.ReadUInt32();

        // Not every implementation sends a text, and none of them a language that matters.
        var text = reader.IsAtEnd ? "" : Visible(reader.ReadText(32 * 1024));
        _channels.Remove(channel);
        var refusal = code is >= 1 and <= 4 ? (SshOpenRefusal)code : SshOpenRefusal.AdministrativelyProhibited;
        channel.OnRefused(new SshException(
            SshFailure.Refused, SshDisconnectReason.ByApplication, $"the SSH peer does not open the channel: {Worded(refusal)}{(text.Length > 0 ? $" ({text})" : "")}")
        {
            Refusal = refusal,
        });
    }

    private void OnChannelRequest(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Confirmed(reader.ReadUInt32());
        reader.ReadText(256);
        if (reader.ReadBoolean())
        {
            _control.Add(new ControlMessage(ChannelMessages.Failure(channel.Outgoing.RemoteId)));
        }
    }

    private void OnGlobalRequest(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var name = reader.ReadText(256);
        var wantReply = reader.ReadBoolean();
        _incoming.Offer(name, reader.Rest, wantReply);
    }

    private SshChannel Only(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        var channel = Confirmed(reader.ReadUInt32());
        reader.ReadEnd();
        return channel;
    }

    private SshChannel Confirmed(uint localId) => _channels.TryFind(localId, out var channel) && channel.IsConfirmed && !channel.IsClosedByPeer
        ? channel
        : throw Broken("speaks of a channel that is not open");

    private SshChannel Asked(uint localId) => _channels.TryFind(localId, out var channel) && !channel.IsConfirmed
        ? channel
        : throw Broken("answers for a channel that was not asked for");

    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> data) =>
        data.Length <= ChannelLimits.PacketSize ? data : throw Broken("sent more in one message than a channel takes");

    private static int PacketSize(uint told) => told > 0
        ? (int)Math.Min(told, ChannelLimits.PacketSize)
        : throw Broken("takes messages without data only");

    private static string Worded(SshOpenRefusal refusal) => refusal switch
    {
        SshOpenRefusal.ConnectFailed => "the connection to the target failed",
        SshOpenRefusal.UnknownChannelType => "it does not know such channels",
        SshOpenRefusal.ResourceShortage => "it has no room for more",
        _ => "it is not allowed",
    };

    // A peer's words go into messages: not more than a line of them, and nothing that moves a terminal's cursor.
    private static string Visible(string text) => string.Concat(text.Take(200).Select(static x => char.IsControl(x) ? ' ' : x)).Trim();

    private static SshException Broken(string what) => new(SshFailure.Protocol, SshDisconnectReason.ProtocolError, $"the SSH peer {what}");
}

using Gost.Ssh.Messages;

namespace Gost.Ssh.Channels;

/// <summary>The messages of channels that are built rarely. Source: RFC 4254 section 5.</summary>
internal static class ChannelMessages
{
    /// <summary>Asks the peer to open a channel.</summary>
    public static ReadOnlyMemory<byte> Open(string type, SshChannel channel, ReadOnlySpan<byte> data) =>
        new SshWriter(MessageNumber.ChannelOpen, 64 + data.Length).WriteText(type).WriteUInt32(channel.LocalId).WriteUInt32((uint)channel.Window)
            .WriteUInt32(ChannelLimits.PacketSize).WriteBytes(data).Written;

    /// <summary>Refuses a request about a channel.</summary>
    public static ReadOnlyMemory<byte> Failure(uint remoteId) => new SshWriter(MessageNumber.ChannelFailure, 8).WriteUInt32(remoteId).Written;
}

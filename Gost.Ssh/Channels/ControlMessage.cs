using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <summary>A whole message, such as an answer to a request of the peer.</summary>
internal sealed class ControlMessage(ReadOnlyMemory<byte> payload) : IControlItem
{
    public ValueTask SendAsync(IPacketTransport transport, byte[] scratch) => transport.SendAsync(payload, default, CancellationToken.None);
}

using Gost.Ssh.Transport;

namespace Gost.Ssh.Channels;

/// <summary>Something to be sent beside the data of channels. Called by one sender at a time.</summary>
internal interface IControlItem
{
    /// <summary>Sends what is due now, in messages that are built in <paramref name="scratch"/> or elsewhere.</summary>
    ValueTask SendAsync(IPacketTransport transport, byte[] scratch);
}

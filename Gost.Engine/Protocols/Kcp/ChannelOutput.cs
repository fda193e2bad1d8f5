using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Sends one datagram after the other through a channel: where there is no socket of this host, or no batches. Borrows it.</summary>
internal sealed class ChannelOutput(IDatagramChannel channel) : IPacketOutput
{
    /// <inheritdoc/>
    public async ValueTask<bool> SendAsync(PacketBatch batch)
    {
        var at = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var datagram = batch.Bytes.Slice(at, batch.Lengths[i]);
            at += datagram.Length;
            try
            {
                await channel.SendAsync(datagram, null, CancellationToken.None);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return false;
            }
            catch (SocketException)
            {
                // Lost, as any may be.
            }
        }

        return true;
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Sends one datagram after the other to a client of a bound socket: where there are no batches. Borrows the port.</summary>
internal sealed class PortOutput(SocketDatagramPort port, SocketAddress to) : IPacketOutput
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
                await port.SendAsync(datagram, to, CancellationToken.None);
            }
            catch (SocketException)
            {
                // Lost, as any may be.
            }
        }

        return true;
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net.Batches;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Sends through a socket many at a time; <paramref name="to"/> null = the socket is connected. Borrows both.</summary>
internal sealed class BatchOutput(Socket socket, BatchSocket batches, SocketAddress? to) : IPacketOutput
{
    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(PacketBatch batch)
    {
        var sent = batches.TrySend(batch.Bytes.Span, batch.Lengths, Address, out var isRefused);
        return sent == batch.Count ? new ValueTask<bool>(!isRefused) : SendRestAsync(batch, sent);
    }

    private ReadOnlySpan<byte> Address => to is null ? default : to.Buffer.Span[..to.Size];

    /// <summary>The kernel's buffer is full: one datagram waits for room, those behind it follow.</summary>
    private async ValueTask<bool> SendRestAsync(PacketBatch batch, int sent)
    {
        var refused = false;
        var at = 0;
        for (var i = 0; i < sent; i++)
        {
            at += batch.Lengths[i];
        }

        while (sent < batch.Count)
        {
            var datagram = batch.Bytes.Slice(at, batch.Lengths[sent]);
            try
            {
                _ = to is null ? await socket.SendAsync(datagram, SocketFlags.None) : await socket.SendToAsync(datagram, SocketFlags.None, to);
            }
            catch (SocketException)
            {
                // Lost, as any may be.
            }

            at += datagram.Length;
            sent++;
            var more = batches.TrySend(batch.Bytes.Span[at..], batch.Lengths[sent..], Address, out var isRefused);
            for (refused |= isRefused; more > 0; more--)
            {
                at += batch.Lengths[sent++];
            }
        }

        return !refused;
    }
}

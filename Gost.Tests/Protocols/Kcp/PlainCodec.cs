using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Tests.Protocols.Kcp;

/// <summary>Datagrams without cipher, checksum or error correction: four bytes that tell them from others, then the segments.</summary>
internal sealed class PlainCodec : IPacketCodec
{
    private static readonly byte[] Mark = "kcp!"u8.ToArray();

    public int Overhead => Mark.Length;

    public void Seal(Span<byte> packet, IDatagramSink sink)
    {
        Mark.CopyTo(packet);
        sink.Commit(packet.Length);
    }

    public bool Open(Span<byte> datagram, ISegmentSink sink)
    {
        if (!datagram.StartsWith(Mark))
        {
            return false;
        }

        sink.OnSegments(datagram[Mark.Length..]);
        return true;
    }

    public void Dispose()
    {
    }
}

using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>Puts segments into datagrams, as many as fit, and seals them.</summary>
/// <param name="codec">Seals.</param>
/// <param name="sink">Takes the datagrams.</param>
/// <param name="mtu">Most bytes of a datagram.</param>
internal ref struct PacketBuilder(IPacketCodec codec, IDatagramSink sink, int mtu)
{
    private Span<byte> _room;
    private int _used;

    /// <summary>Adds a segment; what is in the datagram already is sealed first if there is no room.</summary>
    public void Add(in SegmentHeader header, ReadOnlySpan<byte> data)
    {
        var size = SegmentHeader.Size + data.Length;
        if (_used > 0 && _used + size > mtu)
        {
            Seal();
        }

        if (_used == 0)
        {
            _room = sink.Reserve(mtu);
            _used = codec.Overhead;
        }

        header.Write(_room[_used..]);
        data.CopyTo(_room[(_used + SegmentHeader.Size)..]);
        _used += size;
    }

    /// <summary>Whether a segment with so much data begins another datagram.</summary>
    public readonly bool BeginsAnother(int length) => _used == 0 || _used + SegmentHeader.Size + length > mtu;

    /// <summary>Seals the last datagram.</summary>
    public void Seal()
    {
        if (_used > 0)
        {
            codec.Seal(_room[.._used], sink);
            _used = 0;
        }
    }
}

using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Tests.Protocols.Kcp.Packets;

/// <summary>Keeps what a codec commits; what is reserved has rubbish in it, as reused room does.</summary>
internal sealed class SentDatagrams : IDatagramSink
{
    private byte[] _room = [];

    /// <summary>The datagrams in order.</summary>
    public List<byte[]> All { get; } = [];

    public Span<byte> Reserve(int length)
    {
        _room = new byte[length];
        Array.Fill(_room, (byte)0xcc);
        return _room;
    }

    public void Commit(int length) => All.Add(_room[..length]);

    /// <summary>Seals segments as a session does.</summary>
    public void Seal(IPacketCodec codec, ReadOnlySpan<byte> segments)
    {
        var packet = Reserve(codec.Overhead + segments.Length);
        segments.CopyTo(packet[codec.Overhead..]);
        codec.Seal(packet, this);
    }
}

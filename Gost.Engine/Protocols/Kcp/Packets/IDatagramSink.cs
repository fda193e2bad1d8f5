namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>Collects datagrams that are to be sent; each is made in its place, so that many can leave with one system call.</summary>
internal interface IDatagramSink
{
    /// <summary>Room for a datagram of <paramref name="length"/> bytes (at most the MTU), content undefined; valid until the next call of either method.</summary>
    Span<byte> Reserve(int length);

    /// <summary>The datagram in the room that was reserved last is complete; its first <paramref name="length"/> bytes are sent.</summary>
    void Commit(int length);
}

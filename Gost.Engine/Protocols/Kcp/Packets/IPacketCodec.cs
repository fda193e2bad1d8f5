namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>
/// What stands between the KCP segments of one session and the payloads of its UDP datagrams: FEC, nonce and CRC, crypt. Source: spec/wire/transports.md
/// sections 7.2 and 7.3.
/// </summary>
/// <remarks>
/// Calls of <see cref="Seal"/> never overlap each other, nor do those of <see cref="Open"/>; one of each may run at the same time, and the one of Open
/// may come from within Seal of another session. Disposed when neither runs any more.
/// </remarks>
internal interface IPacketCodec : IDisposable
{
    /// <summary>Bytes in front of the segments: 28 with crypt and FEC, 20 with crypt only (<c>none</c> as well). mss = mtu - 24 - this.</summary>
    int Overhead { get; }

    /// <summary>
    /// Seals one datagram in place and commits it to <paramref name="sink"/>, followed, after the last data shard of a group, by the parity datagrams.
    /// </summary>
    /// <param name="packet">The beginning of what <see cref="IDatagramSink.Reserve"/> gave: <see cref="Overhead"/> bytes of room, then the segments.</param>
    /// <param name="sink">Takes it.</param>
    void Seal(Span<byte> packet, IDatagramSink sink);

    /// <summary>
    /// Opens a received datagram in place and calls <paramref name="sink"/> for the segments in it and for those that FEC recovers with it. A data shard
    /// is given at once, whatever its number. False: it is none of ours (length, CRC, format), was dropped, and nothing has changed.
    /// </summary>
    bool Open(Span<byte> datagram, ISegmentSink sink);
}

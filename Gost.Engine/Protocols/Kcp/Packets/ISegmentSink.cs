namespace Gost.Engine.Protocols.Kcp.Packets;

/// <summary>Takes what was in a received datagram.</summary>
internal interface ISegmentSink
{
    /// <summary>One datagram's KCP segments, unchecked; valid during the call.</summary>
    void OnSegments(ReadOnlySpan<byte> segments);
}

using Gost.Engine.Protocols.Kcp.Packets;

namespace Gost.Tests.Protocols.Kcp.Packets;

/// <summary>Keeps the segments that a codec gives.</summary>
internal sealed class ReceivedSegments : ISegmentSink
{
    /// <summary>The bodies in order.</summary>
    public List<byte[]> All { get; } = [];

    public void OnSegments(ReadOnlySpan<byte> segments) => All.Add(segments.ToArray());
}

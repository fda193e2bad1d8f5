namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>Recognizes the first datagram of a conversation. Source: spec/wire/transports.md section 7.4.</summary>
internal static class Beginning
{
    /// <summary>Whether the segments are a client's first ones: data with number 0. Gives the conversation.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segments, out uint conversation)
    {
        conversation = 0;
        if (segments.Length < SegmentHeader.Size)
        {
            return false;
        }

        var header = SegmentHeader.Read(segments);
        conversation = header.Conversation;
        return header is { Command: SegmentCommand.Push, Number: 0 } && header.Length <= segments.Length - SegmentHeader.Size;
    }
}

using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Kcp.Arq;

/// <summary>The 24 bytes before a segment's data, little-endian. Source: spec/wire/transports.md section 7.4.</summary>
/// <param name="Conversation">CONV; chosen by the client.</param>
/// <param name="Command">CMD.</param>
/// <param name="Window">WND: free receive slots of the sender.</param>
/// <param name="Timestamp">TS: the sender's clock in milliseconds; in an acknowledgement the one of the acknowledged segment.</param>
/// <param name="Number">SN.</param>
/// <param name="Unacknowledged">UNA: every number before it has arrived.</param>
/// <param name="Length">LEN: bytes of data behind the header; unchecked.</param>
internal readonly record struct SegmentHeader(
    uint Conversation, SegmentCommand Command, ushort Window, uint Timestamp, uint Number, uint Unacknowledged, uint Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 24;

    /// <summary>Reads the header at the beginning of <paramref name="bytes"/>, which hold at least <see cref="Size"/>.</summary>
    public static SegmentHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (SegmentCommand)bytes[4],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]));

    /// <summary>Writes it to the beginning of <paramref name="bytes"/>; FRG is 0, as in stream mode.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Conversation);
        bytes[4] = (byte)Command;
        bytes[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], Window);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Timestamp);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], Unacknowledged);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], Length);
    }
}

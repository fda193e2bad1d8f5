using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Head of a smux frame, little-endian on the wire. Source: spec/wire/mux.md section 1.</summary>
internal readonly record struct SmuxHeader(byte Version, SmuxCommand Command, int Length, uint StreamId)
{
    /// <summary>Bytes of a head.</summary>
    public const int Size = 8;

    /// <summary>Bytes of the payload of UPD: consumed and window.</summary>
    public const int UpdateSize = 8;

    /// <summary>Reads a head from the first <see cref="Size"/> bytes; nothing is checked.</summary>
    public static SmuxHeader Read(ReadOnlySpan<byte> bytes) => new(
        bytes[0], (SmuxCommand)bytes[1], BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));

    /// <summary>Writes the head into the first <see cref="Size"/> bytes and gives their number.</summary>
    public int Write(Span<byte> bytes)
    {
        bytes[0] = Version;
        bytes[1] = (byte)Command;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], StreamId);
        return Size;
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Gost.Engine.Protocols.Kcp.Compression;

/// <summary>Chunks of the snappy framing format: TYPE(1) LENGTH(3, of what follows) and, for data, CRC(4) before it. Source: spec/wire/transports.md section 7.5.</summary>
internal static class SnappyFraming
{
    /// <summary>TYPE and LENGTH.</summary>
    public const int HeaderSize = 4;

    /// <summary>The checksum of a data chunk.</summary>
    public const int ChecksumSize = sizeof(uint);

    /// <summary>Most bytes of data in a chunk.</summary>
    public const int MaxData = 64 * 1024;

    /// <summary>Most bytes that those have when compressed.</summary>
    public const int MaxCompressed = 32 + MaxData + (MaxData / 6);

    /// <summary>Type of a chunk of compressed data.</summary>
    public const byte Compressed = 0x00;

    /// <summary>Type of a chunk of data as it is.</summary>
    public const byte Plain = 0x01;

    /// <summary>First of the types that are skipped.</summary>
    public const byte FirstSkipped = 0x80;

    /// <summary>Type of the chunk that a stream begins with.</summary>
    public const byte Identifier = 0xff;

    /// <summary>The chunk that a stream begins with.</summary>
    public static ReadOnlySpan<byte> Beginning => [0xff, 0x06, 0x00, 0x00, (byte)'s', (byte)'N', (byte)'a', (byte)'P', (byte)'p', (byte)'Y'];

    /// <summary>The masked CRC-32C of a chunk's uncompressed bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    /// <summary>The LENGTH of a chunk.</summary>
    public static int ReadLength(ReadOnlySpan<byte> header) => header[1] | (header[2] << 8) | (header[3] << 16);

    /// <summary>Writes TYPE and LENGTH.</summary>
    public static void WriteHeader(Span<byte> header, byte type, int length) =>
        BinaryPrimitives.WriteUInt32LittleEndian(header, type | ((uint)length << 8));
}

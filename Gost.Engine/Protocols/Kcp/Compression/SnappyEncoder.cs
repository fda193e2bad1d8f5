using System.Buffers.Binary;
using Snappier;

namespace Gost.Engine.Protocols.Kcp.Compression;

/// <summary>Makes the chunks of one direction. Single-threaded.</summary>
internal sealed class SnappyEncoder
{
    private bool _begun;

    /// <summary>Room that <see cref="Encode"/> needs for so much data, at most <see cref="SnappyFraming.MaxData"/>.</summary>
    public static int RoomFor(int data) =>
        SnappyFraming.Beginning.Length + SnappyFraming.HeaderSize + SnappyFraming.ChecksumSize + Math.Max(data, Snappy.GetMaxCompressedLength(data));

    /// <summary>Writes a chunk of the data, at most <see cref="SnappyFraming.MaxData"/>, and what must stand before it. Returns the bytes written.</summary>
    public int Encode(ReadOnlySpan<byte> data, Span<byte> room)
    {
        var begin = 0;
        if (!_begun)
        {
            SnappyFraming.Beginning.CopyTo(room);
            begin = SnappyFraming.Beginning.Length;
            _begun = true;
        }

        var chunk = room[begin..];
        var body = chunk[(SnappyFraming.HeaderSize + SnappyFraming.ChecksumSize)..];
        var (type, length) = (SnappyFraming.Compressed, Snappy.Compress(data, body));
        if (length >= data.Length - (data.Length / 8))
        {
            // Not worth the far end's work.
            (type, length) = (SnappyFraming.Plain, data.Length);
            data.CopyTo(body);
        }

        SnappyFraming.WriteHeader(chunk, type, SnappyFraming.ChecksumSize + length);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk[SnappyFraming.HeaderSize..], SnappyFraming.Checksum(data));
        return begin + SnappyFraming.HeaderSize + SnappyFraming.ChecksumSize + length;
    }
}

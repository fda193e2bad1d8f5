using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gost.Ssh.Algorithms;

/// <summary>One block of the ChaCha20 keystream, with the 64-bit nonce and counter of its author. Source: RFC 8439 section 2.3, which differs there.</summary>
internal static class ChaChaBlock
{
    /// <summary>How long it is.</summary>
    public const int Size = 64;

    /// <summary>Writes the block number <paramref name="counter"/> of a key and a nonce, which is read big-endian as SSH counts packets.</summary>
    public static void Write(ReadOnlySpan<byte> key, ulong nonce, ulong counter, Span<byte> block)
    {
        var words = MemoryMarshal.Cast<byte, uint>(key);
        var row0 = Vector128.Create(0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u);
        var row1 = Vector128.Create(words[0], words[1], words[2], words[3]);
        var row2 = Vector128.Create(words[4], words[5], words[6], words[7]);
        var swapped = BinaryPrimitives.ReverseEndianness(nonce);
        var row3 = Vector128.Create((uint)counter, (uint)(counter >> 32), (uint)swapped, (uint)(swapped >> 32));
        var (a, b, c, d) = (row0, row1, row2, row3);
        for (var i = 0; i < 10; i++)
        {
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            QuarterRounds(ref a, ref b, ref c, ref d);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
        }

        (a + row0).AsByte().CopyTo(block);
        (b + row1).AsByte().CopyTo(block[16..]);
        (c + row2).AsByte().CopyTo(block[32..]);
        (d + row3).AsByte().CopyTo(block[48..]);
    }

    // The four columns (or diagonals, after the rows were turned) at once.
    private static void QuarterRounds(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d = Turn(d ^ a, 16);
        c += d;
        b = Turn(b ^ c, 12);
        a += b;
        d = Turn(d ^ a, 8);
        c += d;
        b = Turn(b ^ c, 7);
    }

    private static Vector128<uint> Turn(Vector128<uint> x, int bits) => Vector128.ShiftLeft(x, bits) | Vector128.ShiftRightLogical(x, 32 - bits);
}

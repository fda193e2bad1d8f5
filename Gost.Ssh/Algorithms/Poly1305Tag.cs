using System.Buffers.Binary;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// Poly1305 over one stretch of bytes. The platform has it only inside an AEAD that authenticates more than SSH does. Source: RFC 8439 section 2.5.
/// </summary>
internal static class Poly1305Tag
{
    /// <summary>How long a tag is.</summary>
    public const int Size = 16;

    private const int Block = 16;

    /// <summary>Writes the tag of <paramref name="text"/> under the one-time <paramref name="key"/> of 32 bytes.</summary>
    public static void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, Span<byte> tag)
    {
        var r0 = BinaryPrimitives.ReadUInt64LittleEndian(key) & 0x0ffffffc0fffffff;
        var r1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]) & 0x0ffffffc0ffffffc;
        Accumulator sum = default;
        if (Poly1305Lanes.IsSupported && text.Length >= Poly1305Lanes.Smallest)
        {
            Span<ulong> limbs = stackalloc ulong[Poly1305Lanes.Limbs];
            Span<ulong> factor = stackalloc ulong[Poly1305Lanes.Limbs];
            Poly1305Lanes.Split(r0, r1, 0, factor);
            Poly1305Lanes.Sum(factor, text, limbs);
            sum.Set(limbs);
            text = text[(text.Length / Poly1305Lanes.Stride * Poly1305Lanes.Stride)..];
        }

        while (text.Length >= Block)
        {
            sum.Add(BinaryPrimitives.ReadUInt64LittleEndian(text), BinaryPrimitives.ReadUInt64LittleEndian(text[8..]), 1);
            sum.Multiply(r0, r1);
            text = text[Block..];
        }

        if (!text.IsEmpty)
        {
            Span<byte> last = stackalloc byte[Block];
            last.Clear();
            text.CopyTo(last);
            last[text.Length] = 1;
            sum.Add(BinaryPrimitives.ReadUInt64LittleEndian(last), BinaryPrimitives.ReadUInt64LittleEndian(last[8..]), 0);
            sum.Multiply(r0, r1);
        }

        sum.Finish(BinaryPrimitives.ReadUInt64LittleEndian(key[16..]), BinaryPrimitives.ReadUInt64LittleEndian(key[24..]), tag);
    }

    /// <summary>A number of up to 131 bits in two full words and a small one, reduced modulo 2^130 - 5 as far as that.</summary>
    private struct Accumulator
    {
        private ulong _h0;
        private ulong _h1;
        private ulong _h2;

        // From limbs of 26 bits that are carried.
        public void Set(ReadOnlySpan<ulong> limbs)
        {
            unchecked
            {
                var low = limbs[0] + (limbs[1] << 26);
                _h0 = low + (limbs[2] << 52);
                var carry = _h0 < low ? 1ul : 0;
                var high = (limbs[2] >> 12) + (limbs[3] << 14) + carry;
                _h1 = high + (limbs[4] << 40);
                carry = _h1 < high ? 1ul : 0;
                _h2 = (limbs[4] >> 24) + carry;
            }
        }

        public void Add(ulong low, ulong high, ulong top)
        {
            unchecked
            {
                _h0 += low;
                var carry = _h0 < low ? 1ul : 0;
                var sum = _h1 + carry;
                carry = sum < carry ? 1ul : 0;
                _h1 = sum + high;
                carry += _h1 < high ? 1ul : 0;
                _h2 += top + carry;
            }
        }

        // The key's clamped bits make that no sum overflows 128 bits, and that 5/4 of its high word is whole.
        public void Multiply(ulong r0, ulong r1)
        {
            unchecked
            {
                var s1 = r1 + (r1 >> 2);
                var h0r0 = Math.BigMul(_h0, r0, out var low0);
                var h1s1 = Math.BigMul(_h1, s1, out var more0);
                var h0r1 = Math.BigMul(_h0, r1, out var low1);
                var h1r0 = Math.BigMul(_h1, r0, out var more1);

                low0 += more0;
                var high0 = h0r0 + h1s1 + (low0 < more0 ? 1ul : 0);

                low1 += more1;
                var high1 = h0r1 + h1r0 + (low1 < more1 ? 1ul : 0);
                var small = _h2 * s1;
                low1 += small;
                high1 += low1 < small ? 1ul : 0;

                low1 += high0;
                high1 += low1 < high0 ? 1ul : 0;
                var top = (_h2 * r0) + high1;

                var over = (top >> 2) + (top & ~3ul);
                _h2 = top & 3;
                _h0 = low0 + over;
                var carry = _h0 < over ? 1ul : 0;
                _h1 = low1 + carry;
                _h2 += _h1 < carry ? 1ul : 0;
            }
        }

        public readonly void Finish(ulong padLow, ulong padHigh, Span<byte> tag)
        {
            unchecked
            {
                // h - p is h + 5 without its bit 130: taken, without a branch, when there is such a bit.
                var g0 = _h0 + 5;
                var carry = g0 < 5 ? 1ul : 0;
                var g1 = _h1 + carry;
                carry = g1 < carry ? 1ul : 0;
                var g2 = _h2 + carry;
                var mask = 0ul - (g2 >> 2);
                var h0 = (g0 & mask) | (_h0 & ~mask);
                var h1 = (g1 & mask) | (_h1 & ~mask);

                h0 += padLow;
                carry = h0 < padLow ? 1ul : 0;
                BinaryPrimitives.WriteUInt64LittleEndian(tag, h0);
                BinaryPrimitives.WriteUInt64LittleEndian(tag[8..], h1 + padHigh + carry);
            }
        }
    }
}

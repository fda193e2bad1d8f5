using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// Poly1305 over four blocks at once, each lane with every fourth of them, in limbs of 26 bits: one block after the other waits for its own carries most of
/// the time. Source: RFC 8439 section 2.5.
/// </summary>
internal static class Poly1305Lanes
{
    /// <summary>What is worth it.</summary>
    public const int Smallest = 256;

    /// <summary>How much is taken at once.</summary>
    public const int Stride = 64;

    /// <summary>How many limbs a number has.</summary>
    public const int Limbs = 5;

    private const ulong Limb = 0x3ffffff;

    /// <summary>Whether the processor has what it needs.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>
    /// The sum of the whole strides of <paramref name="text"/> under the clamped key <paramref name="r"/>, each block multiplied through; written as five
    /// limbs, carried, not fully reduced.
    /// </summary>
    public static void Sum(ReadOnlySpan<ulong> r, ReadOnlySpan<byte> text, Span<ulong> sum)
    {
        Span<ulong> r2 = stackalloc ulong[Limbs];
        Span<ulong> r3 = stackalloc ulong[Limbs];
        Span<ulong> r4 = stackalloc ulong[Limbs];
        Multiply(r, r, r2);
        Multiply(r2, r, r3);
        Multiply(r3, r, r4);
        var (h0, h1, h2, h3, h4) = Accumulate(r4, text);

        // The lanes hold blocks 4k, 4k+1, 4k+2, 4k+3, which are still to be multiplied by r^4, r^3, r^2, r.
        sum.Clear();
        Span<ulong> lane = stackalloc ulong[Limbs];
        Span<ulong> product = stackalloc ulong[Limbs];
        for (var i = 0; i < 4; i++)
        {
            (lane[0], lane[1], lane[2], lane[3], lane[4]) = (h0[i], h1[i], h2[i], h3[i], h4[i]);
            Multiply(lane, i switch { 0 => r4, 1 => r3, 2 => r2, _ => r }, product);
            for (var j = 0; j < Limbs; j++)
            {
                sum[j] += product[j];
            }
        }

        Carry(sum);
    }

    /// <summary>The limbs of a number of 128 bits and one more bit, or none, above.</summary>
    public static void Split(ulong low, ulong high, ulong top, Span<ulong> limbs)
    {
        limbs[0] = low & Limb;
        limbs[1] = (low >> 26) & Limb;
        limbs[2] = ((low >> 52) | (high << 12)) & Limb;
        limbs[3] = (high >> 14) & Limb;
        limbs[4] = (high >> 40) | (top << 24);
    }

    private static (Vector256<ulong> H0, Vector256<ulong> H1, Vector256<ulong> H2, Vector256<ulong> H3, Vector256<ulong> H4) Accumulate(
        ReadOnlySpan<ulong> factor, ReadOnlySpan<byte> text)
    {
        var r0 = Vector256.Create(factor[0]).AsUInt32();
        var r1 = Vector256.Create(factor[1]).AsUInt32();
        var r2 = Vector256.Create(factor[2]).AsUInt32();
        var r3 = Vector256.Create(factor[3]).AsUInt32();
        var r4 = Vector256.Create(factor[4]).AsUInt32();
        var s1 = Vector256.Create(factor[1] * 5).AsUInt32();
        var s2 = Vector256.Create(factor[2] * 5).AsUInt32();
        var s3 = Vector256.Create(factor[3] * 5).AsUInt32();
        var s4 = Vector256.Create(factor[4] * 5).AsUInt32();
        var mask = Vector256.Create(Limb);
        var top = Vector256.Create(1ul << 24);
        var (h0, h1, h2, h3, h4) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        var words = MemoryMarshal.Cast<byte, ulong>(text[..(text.Length / Stride * Stride)]);
        for (var isFirst = true; words.Length >= 8; words = words[8..], isFirst = false)
        {
            if (!isFirst)
            {
                var (a0, a1, a2, a3, a4) = (h0.AsUInt32(), h1.AsUInt32(), h2.AsUInt32(), h3.AsUInt32(), h4.AsUInt32());
                var d0 = Avx2.Multiply(a0, r0) + Avx2.Multiply(a1, s4) + Avx2.Multiply(a2, s3) + Avx2.Multiply(a3, s2) + Avx2.Multiply(a4, s1);
                var d1 = Avx2.Multiply(a0, r1) + Avx2.Multiply(a1, r0) + Avx2.Multiply(a2, s4) + Avx2.Multiply(a3, s3) + Avx2.Multiply(a4, s2);
                var d2 = Avx2.Multiply(a0, r2) + Avx2.Multiply(a1, r1) + Avx2.Multiply(a2, r0) + Avx2.Multiply(a3, s4) + Avx2.Multiply(a4, s3);
                var d3 = Avx2.Multiply(a0, r3) + Avx2.Multiply(a1, r2) + Avx2.Multiply(a2, r1) + Avx2.Multiply(a3, r0) + Avx2.Multiply(a4, s4);
                var d4 = Avx2.Multiply(a0, r4) + Avx2.Multiply(a1, r3) + Avx2.Multiply(a2, r2) + Avx2.Multiply(a3, r1) + Avx2.Multiply(a4, r0);

                // Two chains of carries side by side; what is left over a limb is small enough for the next round.
                d1 += d0 >> 26;
                d4 += d3 >> 26;
                d0 &= mask;
                d3 &= mask;
                d2 += d1 >> 26;
                var over = d4 >> 26;
                d0 += over + (over << 2);
                d1 &= mask;
                d4 &= mask;
                d3 += d2 >> 26;
                d1 += d0 >> 26;
                h2 = d2 & mask;
                h0 = d0 & mask;
                h4 = d4 + (d3 >> 26);
                h3 = d3 & mask;
                h1 = d1;
            }

            // The low and the high words of blocks 0, 1, 2, 3.
            var near = Vector256.Create<ulong>(words);
            var far = Vector256.Create<ulong>(words[4..]);
            var low = Avx2.Permute4x64(Avx2.UnpackLow(near, far), 0xd8);
            var high = Avx2.Permute4x64(Avx2.UnpackHigh(near, far), 0xd8);
            h0 += low & mask;
            h1 += (low >> 26) & mask;
            h2 += ((low >> 52) | (high << 12)) & mask;
            h3 += (high >> 14) & mask;
            h4 += (high >> 40) | top;
        }

        return (h0, h1, h2, h3, h4);
    }

    // Limbs of up to 28 bits; the product's are of 26, but for the second, which may be a little over.
    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        Span<ulong> sums = stackalloc ulong[Limbs];
        sums.Clear();
        for (var i = 0; i < Limbs; i++)
        {
            for (var j = 0; j < Limbs; j++)
            {
                var at = i + j;
                sums[at % Limbs] += a[i] * b[j] * (at < Limbs ? 1ul : 5);
            }
        }

        sums.CopyTo(product);
        Carry(product);
    }

    private static void Carry(Span<ulong> limbs)
    {
        for (var round = 0; round < 2; round++)
        {
            ulong carry = 0;
            for (var i = 0; i < Limbs; i++)
            {
                limbs[i] += carry;
                carry = limbs[i] >> 26;
                limbs[i] &= Limb;
            }

            limbs[0] += carry * 5;
        }
    }
}

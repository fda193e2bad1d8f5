using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gost.Engine.Protocols.Kcp.Fec;

/// <summary>Arithmetic of GF(2^8) modulo x^8+x^4+x^3+x^2+1 (0x11d), generator 2. Source: spec/wire/transports.md section 7.3.</summary>
internal static class GaloisField
{
    private const int Order = 255;
    private const int Polynomial = 0x11d;
    private const int NibbleValues = 16;
    private const int NibbleTablesSize = 2 * NibbleValues;

    private static readonly byte[] Exponents = MakeExponents();
    private static readonly byte[] Logarithms = MakeLogarithms();

    // For each factor the products of 0..15, then those of 0, 16, ..., 240: any product is the sum of one of each.
    private static readonly byte[] NibbleTables = MakeNibbleTables();

    /// <summary>The product.</summary>
    public static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : Exponents[Logarithms[a] + Logarithms[b]];

    /// <summary>One divided by <paramref name="a"/>, which is not zero.</summary>
    public static byte Invert(byte a) => Exponents[Order - Logarithms[a]];

    /// <summary><paramref name="a"/> to the power of <paramref name="n"/>; 0 to the power of 0 is 1.</summary>
    public static byte Power(byte a, int n) => n == 0 ? (byte)1 : a == 0 ? (byte)0 : Exponents[Logarithms[a] * n % Order];

    /// <summary>Adds <paramref name="factor"/> times <paramref name="source"/> to the beginning of <paramref name="sum"/>, which is at least as long.</summary>
    public static void MultiplyAdd(byte factor, ReadOnlySpan<byte> source, Span<byte> sum)
    {
        if (factor == 0)
        {
            return;
        }

        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(sum[..source.Length]);
        ReadOnlySpan<byte> tables = NibbleTables.AsSpan(factor * NibbleTablesSize, NibbleTablesSize);
        var low = Vector128.Create(tables[..NibbleValues]);
        var high = Vector128.Create(tables[NibbleValues..]);
        nuint i = 0;
        var length = (nuint)source.Length;
        if (Avx2.IsSupported)
        {
            var mask = Vector256.Create((byte)0x0f);
            var lows = Vector256.Create(low, low);
            var highs = Vector256.Create(high, high);
            for (; i + (nuint)Vector256<byte>.Count <= length; i += (nuint)Vector256<byte>.Count)
            {
                var bytes = Vector256.LoadUnsafe(ref from, i);
                var upper = (bytes.AsUInt16() >>> 4).AsByte() & mask;
                (Vector256.LoadUnsafe(ref to, i) ^ Avx2.Shuffle(lows, bytes & mask) ^ Avx2.Shuffle(highs, upper)).StoreUnsafe(ref to, i);
            }
        }

        for (; i + (nuint)Vector128<byte>.Count <= length; i += (nuint)Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref from, i);
            var product = Vector128.Shuffle(low, bytes & Vector128.Create((byte)0x0f)) ^ Vector128.Shuffle(high, bytes >>> 4);
            (Vector128.LoadUnsafe(ref to, i) ^ product).StoreUnsafe(ref to, i);
        }

        for (var j = (int)i; j < source.Length; j++)
        {
            sum[j] ^= (byte)(tables[source[j] & 0x0f] ^ tables[NibbleValues + (source[j] >> 4)]);
        }
    }

    /// <summary>
    /// Inverts a square matrix, given row by row in <paramref name="matrix"/>, which is used up, into <paramref name="inverse"/>. False: it has no inverse.
    /// </summary>
    public static bool TryInvert(Span<byte> matrix, Span<byte> inverse, int size)
    {
        inverse[..(size * size)].Clear();
        for (var i = 0; i < size; i++)
        {
            inverse[(i * size) + i] = 1;
        }

        for (var column = 0; column < size; column++)
        {
            var pivot = column;
            while (pivot < size && matrix[(pivot * size) + column] == 0)
            {
                pivot++;
            }

            if (pivot == size)
            {
                return false;
            }

            if (pivot != column)
            {
                // Adding a row with a pivot to one without gives that one a pivot.
                MultiplyAdd(1, matrix.Slice(pivot * size, size), matrix.Slice(column * size, size));
                MultiplyAdd(1, inverse.Slice(pivot * size, size), inverse.Slice(column * size, size));
            }

            var scale = Invert(matrix[(column * size) + column]);
            Scale(matrix.Slice(column * size, size), scale);
            Scale(inverse.Slice(column * size, size), scale);
            for (var row = 0; row < size; row++)
            {
                if (row != column && matrix[(row * size) + column] is not 0 and var factor)
                {
                    MultiplyAdd(factor, matrix.Slice(column * size, size), matrix.Slice(row * size, size));
                    MultiplyAdd(factor, inverse.Slice(column * size, size), inverse.Slice(row * size, size));
                }
            }
        }

        return true;
    }

    private static void Scale(Span<byte> row, byte factor)
    {
        foreach (ref var value in row)
        {
            value = Multiply(value, factor);
        }
    }

    private static byte[] MakeExponents()
    {
        // Twice the period, so that a sum of two logarithms is an index.
        var table = new byte[2 * Order];
        var value = 1;
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (byte)value;
            value = (value << 1) ^ (value >= 0x80 ? Polynomial : 0);
        }

        return table;
    }

    private static byte[] MakeLogarithms()
    {
        var table = new byte[Order + 1];
        for (var i = 0; i < Order; i++)
        {
            table[Exponents[i]] = (byte)i;
        }

        return table;
    }

    private static byte[] MakeNibbleTables()
    {
        var tables = new byte[(Order + 1) * NibbleTablesSize];
        for (var factor = 0; factor <= Order; factor++)
        {
            for (var nibble = 0; nibble < NibbleValues; nibble++)
            {
                tables[(factor * NibbleTablesSize) + nibble] = Multiply((byte)factor, (byte)nibble);
                tables[(factor * NibbleTablesSize) + NibbleValues + nibble] = Multiply((byte)factor, (byte)(nibble << 4));
            }
        }

        return tables;
    }
}

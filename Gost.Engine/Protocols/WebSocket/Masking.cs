using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The masking of payloads. Source: RFC 6455 section 5.3.</summary>
internal static class Masking
{
    /// <summary>
    /// Writes <paramref name="source"/> XOR <paramref name="key"/> (its bytes in memory order, over and over) to <paramref name="destination"/>, which is as
    /// long at least and may be the same memory, or overlap it from before. Returns the key for the byte that follows.
    /// </summary>
    public static uint Apply(ReadOnlySpan<byte> source, Span<byte> destination, uint key)
    {
        var length = source.Length;
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination[..length]);
        var at = 0;

        // A block is loaded before it is stored, and stored at or before where it was: what follows in the source is still whole.
        if (Vector256.IsHardwareAccelerated)
        {
            var mask = Vector256.Create(key).AsByte();
            for (; at <= length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                (Vector256.LoadUnsafe(ref from, (nuint)at) ^ mask).StoreUnsafe(ref to, (nuint)at);
            }
        }

        if (Vector128.IsHardwareAccelerated)
        {
            var mask = Vector128.Create(key).AsByte();
            for (; at <= length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            {
                (Vector128.LoadUnsafe(ref from, (nuint)at) ^ mask).StoreUnsafe(ref to, (nuint)at);
            }
        }

        for (; at < length; at++)
        {
            destination[at] = (byte)(source[at] ^ First(key));
            key = Advance(key, 1);
        }

        return key;
    }

    // Whole blocks leave the key as it was: their lengths are multiples of its own.
    private static uint Advance(uint key, int bytes) =>
        BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, 8 * bytes) : BitOperations.RotateLeft(key, 8 * bytes);

    private static byte First(uint key) => BitConverter.IsLittleEndian ? (byte)key : (byte)(key >> 24);
}

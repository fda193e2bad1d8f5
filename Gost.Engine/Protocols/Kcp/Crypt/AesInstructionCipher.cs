using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>
/// AES in full-block CFB with the processor's AES instructions: no call into a library per datagram, and eight blocks at a time when decrypting. The time
/// does not depend on key or data. Immutable. Where <see cref="IsSupported"/> is false there is <see cref="AesLibraryCipher"/>.
/// </summary>
internal sealed class AesInstructionCipher : IPacketCipher
{
    private const int BlockSize = 16;
    private const int Stretch = 8;

    private readonly Vector128<byte>[] _keys;

    /// <summary>Takes a key of 16, 24 or 32 bytes.</summary>
    public AesInstructionCipher(ReadOnlySpan<byte> key) => _keys = Expand(key);

    /// <summary>Whether the processor has the instructions.</summary>
    public static bool IsSupported => Aes.IsSupported;

    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet)
    {
        ref var at = ref MemoryMarshal.GetReference(packet);
        var feedback = Vector128.Create(CfbVector.Bytes);
        var i = 0;
        for (; i <= packet.Length - BlockSize; i += BlockSize)
        {
            feedback = EncryptBlock(feedback) ^ Vector128.LoadUnsafe(ref at, (nuint)i);
            feedback.StoreUnsafe(ref at, (nuint)i);
        }

        XorRest(packet[i..], feedback);
    }

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet)
    {
        ref var at = ref MemoryMarshal.GetReference(packet);
        var feedback = Vector128.Create(CfbVector.Bytes);
        var i = 0;
        for (; i <= packet.Length - (Stretch * BlockSize); i += Stretch * BlockSize)
        {
            feedback = DecryptStretch(ref Unsafe.Add(ref at, i), feedback);
        }

        for (; i <= packet.Length - BlockSize; i += BlockSize)
        {
            var block = Vector128.LoadUnsafe(ref at, (nuint)i);
            (EncryptBlock(feedback) ^ block).StoreUnsafe(ref at, (nuint)i);
            feedback = block;
        }

        XorRest(packet[i..], feedback);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        var keyWords = key.Length / sizeof(uint);
        var rounds = keyWords + 6;
        var words = new uint[(rounds + 1) * 4];
        for (var i = 0; i < keyWords; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(i * sizeof(uint))..]);
        }

        uint constant = 1;
        for (var i = keyWords; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % keyWords == 0)
            {
                word = Substitute(BitOperations.RotateRight(word, 8)) ^ constant;
                constant = (constant << 1) ^ (constant >= 0x80 ? 0x11bu : 0);
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = Substitute(word);
            }

            words[i] = words[i - keyWords] ^ word;
        }

        return [.. MemoryMarshal.Cast<uint, Vector128<byte>>(words)];
    }

    // With a round constant of zero the instruction is the S-box alone, of the second word into the first.
    private static uint Substitute(uint word) => Aes.KeygenAssist(Vector128.Create(0, word, 0, 0).AsByte(), 0).AsUInt32().GetElement(0);

    private void XorRest(Span<byte> rest, Vector128<byte> feedback)
    {
        if (rest.Length > 0)
        {
            var stream = EncryptBlock(feedback);
            for (var i = 0; i < rest.Length; i++)
            {
                rest[i] ^= stream.GetElement(i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> EncryptBlock(Vector128<byte> block)
    {
        var keys = _keys;
        block ^= keys[0];
        for (var i = 1; i < keys.Length - 1; i++)
        {
            block = Aes.Encrypt(block, keys[i]);
        }

        return Aes.EncryptLast(block, keys[^1]);
    }

    private Vector128<byte> DecryptStretch(ref byte at, Vector128<byte> feedback)
    {
        var keys = _keys;
        Vector128<byte> c0 = Block(ref at, 0), c1 = Block(ref at, 1), c2 = Block(ref at, 2), c3 = Block(ref at, 3);
        Vector128<byte> c4 = Block(ref at, 4), c5 = Block(ref at, 5), c6 = Block(ref at, 6), c7 = Block(ref at, 7);
        var key = keys[0];
        Vector128<byte> x0 = feedback ^ key, x1 = c0 ^ key, x2 = c1 ^ key, x3 = c2 ^ key, x4 = c3 ^ key, x5 = c4 ^ key, x6 = c5 ^ key, x7 = c6 ^ key;
        for (var i = 1; i < keys.Length - 1; i++)
        {
            key = keys[i];
            x0 = Aes.Encrypt(x0, key);
            x1 = Aes.Encrypt(x1, key);
            x2 = Aes.Encrypt(x2, key);
            x3 = Aes.Encrypt(x3, key);
            x4 = Aes.Encrypt(x4, key);
            x5 = Aes.Encrypt(x5, key);
            x6 = Aes.Encrypt(x6, key);
            x7 = Aes.Encrypt(x7, key);
        }

        key = keys[^1];
        (Aes.EncryptLast(x0, key) ^ c0).StoreUnsafe(ref at);
        (Aes.EncryptLast(x1, key) ^ c1).StoreUnsafe(ref at, BlockSize);
        (Aes.EncryptLast(x2, key) ^ c2).StoreUnsafe(ref at, 2 * BlockSize);
        (Aes.EncryptLast(x3, key) ^ c3).StoreUnsafe(ref at, 3 * BlockSize);
        (Aes.EncryptLast(x4, key) ^ c4).StoreUnsafe(ref at, 4 * BlockSize);
        (Aes.EncryptLast(x5, key) ^ c5).StoreUnsafe(ref at, 5 * BlockSize);
        (Aes.EncryptLast(x6, key) ^ c6).StoreUnsafe(ref at, 6 * BlockSize);
        (Aes.EncryptLast(x7, key) ^ c7).StoreUnsafe(ref at, 7 * BlockSize);
        return c7;

        static Vector128<byte> Block(ref byte at, int number) => Vector128.LoadUnsafe(ref at, (nuint)(number * BlockSize));
    }
}

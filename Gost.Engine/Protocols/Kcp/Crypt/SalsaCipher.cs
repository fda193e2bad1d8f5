using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>
/// Crypt <c>salsa20</c>: the first eight bytes of a datagram are the nonce, in clear; the rest is XORed with the key stream of Salsa20/20, which is made
/// for eight blocks at once, one per lane. Immutable.
/// </summary>
internal sealed class SalsaCipher : IPacketCipher
{
    private const int KeySize = 32;
    private const int NonceSize = 8;
    private const int Lanes = 8;
    private const int BlockWords = 16;
    private const int Doublerounds = 10;
    private const int StretchSize = Lanes * BlockWords * sizeof(uint);

    private readonly uint[] _key = new uint[KeySize / sizeof(uint)];

    /// <summary>Takes a key of 32 bytes.</summary>
    public SalsaCipher(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < _key.Length; i++)
        {
            _key[i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(i * sizeof(uint))..]);
        }
    }

    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet) => Apply(packet);

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet) => Apply(packet);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Apply(Span<byte> packet)
    {
        if (packet.Length <= NonceSize)
        {
            return;
        }

        var nonce0 = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        var nonce1 = BinaryPrimitives.ReadUInt32LittleEndian(packet[sizeof(uint)..]);
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[BlockWords];
        Span<uint> stream = stackalloc uint[Lanes * BlockWords];
        var rest = packet[NonceSize..];
        for (uint block = 0; rest.Length > 0; block += Lanes)
        {
            MakeStretch(words, nonce0, nonce1, block);

            // Word by word of all lanes, to lane by lane of all words.
            var mixed = MemoryMarshal.Cast<Vector256<uint>, uint>(words);
            for (var word = 0; word < BlockWords; word++)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    stream[(lane * BlockWords) + word] = mixed[(word * Lanes) + lane];
                }
            }

            var length = Math.Min(rest.Length, StretchSize);
            Xor(rest[..length], MemoryMarshal.AsBytes(stream));
            rest = rest[length..];
        }
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        var i = 0;
        for (; i <= data.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            (Vector256.Create<byte>(data[i..]) ^ Vector256.Create(stream[i..])).CopyTo(data[i..]);
        }

        for (; i < data.Length; i++)
        {
            data[i] ^= stream[i];
        }
    }

    private void MakeStretch(Span<Vector256<uint>> words, uint nonce0, uint nonce1, uint block)
    {
        var counter = Vector256.Create(block) + Vector256<uint>.Indices;
        Vector256<uint> c0 = Vector256.Create(0x61707865u), c1 = Vector256.Create(0x3320646eu), c2 = Vector256.Create(0x79622d32u), c3 = Vector256.Create(0x6b206574u);
        Vector256<uint> k0 = Vector256.Create(_key[0]), k1 = Vector256.Create(_key[1]), k2 = Vector256.Create(_key[2]), k3 = Vector256.Create(_key[3]);
        Vector256<uint> k4 = Vector256.Create(_key[4]), k5 = Vector256.Create(_key[5]), k6 = Vector256.Create(_key[6]), k7 = Vector256.Create(_key[7]);
        Vector256<uint> n0 = Vector256.Create(nonce0), n1 = Vector256.Create(nonce1);

        Vector256<uint> x0 = c0, x1 = k0, x2 = k1, x3 = k2, x4 = k3, x5 = c1, x6 = n0, x7 = n1;
        Vector256<uint> x8 = counter, x9 = Vector256<uint>.Zero, x10 = c2, x11 = k4, x12 = k5, x13 = k6, x14 = k7, x15 = c3;
        for (var i = 0; i < Doublerounds; i++)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref x12);
            QuarterRound(ref x5, ref x9, ref x13, ref x1);
            QuarterRound(ref x10, ref x14, ref x2, ref x6);
            QuarterRound(ref x15, ref x3, ref x7, ref x11);
            QuarterRound(ref x0, ref x1, ref x2, ref x3);
            QuarterRound(ref x5, ref x6, ref x7, ref x4);
            QuarterRound(ref x10, ref x11, ref x8, ref x9);
            QuarterRound(ref x15, ref x12, ref x13, ref x14);
        }

        (words[0], words[1], words[2], words[3]) = (x0 + c0, x1 + k0, x2 + k1, x3 + k2);
        (words[4], words[5], words[6], words[7]) = (x4 + k3, x5 + c1, x6 + n0, x7 + n1);
        (words[8], words[9], words[10], words[11]) = (x8 + counter, x9, x10 + c2, x11 + k4);
        (words[12], words[13], words[14], words[15]) = (x12 + k5, x13 + k6, x14 + k7, x15 + c3);
    }

    private static void QuarterRound(ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b ^= Rotate(a + d, 7);
        c ^= Rotate(b + a, 9);
        d ^= Rotate(c + b, 13);
        a ^= Rotate(d + c, 18);
    }

    private static Vector256<uint> Rotate(Vector256<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));
}

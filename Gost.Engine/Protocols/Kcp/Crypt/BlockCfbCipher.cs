using Org.BouncyCastle.Crypto;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>Any block cipher of 64 or 128 bits in full-block CFB: K0 = E(IV), C_i = P_i xor K_i, K_i+1 = E(C_i); the last part of a block is XORed only.</summary>
internal sealed class BlockCfbCipher : IPacketCipher
{
    private const int LargestBlock = 16;

    private readonly IBlockCipher _encrypting;
    private readonly IBlockCipher _decrypting;
    private readonly int _size;

    /// <summary>Takes two engines with the same key that encrypt: both directions do, at the same time.</summary>
    public BlockCfbCipher(IBlockCipher encrypting, IBlockCipher decrypting) =>
        (_encrypting, _decrypting, _size) = (encrypting, decrypting, encrypting.GetBlockSize());

    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet)
    {
        Span<byte> stream = stackalloc byte[LargestBlock];
        stream = stream[.._size];
        _encrypting.ProcessBlock(CfbVector.Bytes[.._size], stream);
        for (; packet.Length >= _size; packet = packet[_size..])
        {
            var block = packet[.._size];
            Xor(block, stream);
            _encrypting.ProcessBlock(block, stream);
        }

        Xor(packet, stream);
    }

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet)
    {
        Span<byte> room = stackalloc byte[2 * LargestBlock];
        var stream = room[.._size];
        var next = room.Slice(LargestBlock, _size);
        _decrypting.ProcessBlock(CfbVector.Bytes[.._size], stream);
        for (; packet.Length >= _size; packet = packet[_size..])
        {
            var block = packet[.._size];
            _decrypting.ProcessBlock(block, next);
            Xor(block, stream);
            next.CopyTo(stream);
        }

        Xor(packet, stream);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        for (var i = 0; i < data.Length; i++)
        {
            data[i] ^= stream[i];
        }
    }
}

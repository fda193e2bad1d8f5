using System.Buffers.Binary;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>The block cipher TEA with 16 rounds, which is half of a cycle each; encrypts only, which is all that CFB asks for. Big-endian.</summary>
internal sealed class TeaBlocks : IBlockCipher
{
    private const int BlockSize = 8;
    private const int Cycles = 8;
    private const uint Delta = 0x9e3779b9;

    private readonly uint[] _key = new uint[4];

    /// <inheritdoc/>
    public string AlgorithmName => "TEA-16";

    /// <inheritdoc/>
    public int GetBlockSize() => BlockSize;

    /// <inheritdoc/>
    public void Init(bool forEncryption, ICipherParameters parameters)
    {
        if (!forEncryption || parameters is not KeyParameter { KeyLength: 16 } key)
        {
            throw new ArgumentException("encrypts only, with a key of 16 bytes", nameof(parameters));
        }

        for (var i = 0; i < _key.Length; i++)
        {
            _key[i] = BinaryPrimitives.ReadUInt32BigEndian(key.GetKey().AsSpan(i * sizeof(uint)));
        }
    }

    /// <inheritdoc/>
    public int ProcessBlock(byte[] inBuf, int inOff, byte[] outBuf, int outOff) => ProcessBlock(inBuf.AsSpan(inOff), outBuf.AsSpan(outOff));

    /// <inheritdoc/>
    public int ProcessBlock(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var v0 = BinaryPrimitives.ReadUInt32BigEndian(input);
        var v1 = BinaryPrimitives.ReadUInt32BigEndian(input[sizeof(uint)..]);
        uint sum = 0;
        for (var i = 0; i < Cycles; i++)
        {
            sum += Delta;
            v0 += ((v1 << 4) + _key[0]) ^ (v1 + sum) ^ ((v1 >> 5) + _key[1]);
            v1 += ((v0 << 4) + _key[2]) ^ (v0 + sum) ^ ((v0 >> 5) + _key[3]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(output, v0);
        BinaryPrimitives.WriteUInt32BigEndian(output[sizeof(uint)..], v1);
        return BlockSize;
    }
}

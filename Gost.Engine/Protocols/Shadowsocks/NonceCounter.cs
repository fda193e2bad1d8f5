using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>The nonces of one direction: a little-endian counter from 0 that goes up with each sealed piece. Not thread-safe.</summary>
internal sealed class NonceCounter
{
    private readonly byte[] _nonce = new byte[AeadCipher.NonceSize];
    private ulong _count;

    /// <summary>The nonce of the next piece; valid until <see cref="Advance"/>.</summary>
    public ReadOnlySpan<byte> Current => _nonce;

    /// <summary>Goes on to the next one. The upper four bytes stay zero: nobody sends 2^64 pieces.</summary>
    public void Advance() => BinaryPrimitives.WriteUInt64LittleEndian(_nonce, ++_count);
}

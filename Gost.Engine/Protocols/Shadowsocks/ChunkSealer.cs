using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Makes the chunks of one direction: sealed length (2 bytes big-endian), sealed payload. Owns the cipher; not thread-safe.
/// Source: spec/wire/shadowsocks.md section 3.
/// </summary>
internal sealed class ChunkSealer(AeadCipher cipher, int tagSize) : IDisposable
{
    /// <summary>Bytes of payload that a chunk may hold.</summary>
    public const int MaxPayload = 0x3fff;

    private readonly NonceCounter _nonce = new();

    /// <summary>The sealer of a direction with this salt.</summary>
    public static ChunkSealer Create(ShadowsocksKey key, ReadOnlySpan<byte> salt) => new(key.CreateCipher(salt), key.Method.TagSize);

    /// <summary>Bytes that a payload takes in chunks.</summary>
    public int SealedLength(int payload) => payload + ((payload + MaxPayload - 1) / MaxPayload * (sizeof(ushort) + (2 * tagSize)));

    /// <summary>Seals the payload in as few chunks as can be; gives the bytes written.</summary>
    public int Seal(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        var written = 0;
        while (!payload.IsEmpty)
        {
            var part = payload[..Math.Min(payload.Length, MaxPayload)];
            var length = output.Slice(written, sizeof(ushort) + tagSize);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)part.Length);
            SealPiece(length[..sizeof(ushort)], length);
            written += length.Length;
            SealPiece(part, output.Slice(written, part.Length + tagSize));
            written += part.Length + tagSize;
            payload = payload[part.Length..];
        }

        return written;
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();

    private void SealPiece(ReadOnlySpan<byte> plain, Span<byte> output)
    {
        cipher.Seal(_nonce.Current, plain, output);
        _nonce.Advance();
    }
}

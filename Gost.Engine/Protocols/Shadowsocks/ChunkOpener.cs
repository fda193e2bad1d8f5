using System.Buffers.Binary;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Reads the chunks of one direction. Owns the cipher; not thread-safe. What is not of the peer that has the key gives a <see cref="ShadowsocksFault"/>.
/// Source: spec/wire/shadowsocks.md section 3.
/// </summary>
internal sealed class ChunkOpener(AeadCipher cipher, int tagSize) : IDisposable
{
    private readonly NonceCounter _nonce = new();
    private int _payload = -1;

    /// <summary>Whether a length has been read and its payload has not.</summary>
    public bool IsWithinChunk => _payload >= 0;

    /// <summary>Whether at least one piece was authentic.</summary>
    public bool HasOpened { get; private set; }

    /// <summary>Bytes of payload in the chunk, known within it.</summary>
    public int PayloadLength => _payload;

    /// <summary>Bytes that the next step takes: <see cref="OpenLength"/>, or <see cref="OpenPayload"/> within a chunk.</summary>
    public int Needed => tagSize + (IsWithinChunk ? _payload : sizeof(ushort));

    /// <summary>The opener of a direction with this salt.</summary>
    public static ChunkOpener Create(ShadowsocksKey key, ReadOnlySpan<byte> salt) => new(key.CreateCipher(salt), key.Method.TagSize);

    /// <summary>Reads the length of the next chunk from <see cref="Needed"/> bytes.</summary>
    public void OpenLength(ReadOnlySpan<byte> piece)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        Open(piece, length);
        var payload = BinaryPrimitives.ReadUInt16BigEndian(length);
        if (payload > ChunkSealer.MaxPayload)
        {
            throw new ShadowsocksFault($"a chunk of {payload} bytes: at most {ChunkSealer.MaxPayload} are allowed");
        }

        _payload = payload;
    }

    /// <summary>Reads the payload from <see cref="Needed"/> bytes into <paramref name="output"/>, which may begin at the same place.</summary>
    public void OpenPayload(ReadOnlySpan<byte> piece, Span<byte> output)
    {
        Open(piece, output);
        _payload = -1;
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();

    private void Open(ReadOnlySpan<byte> piece, Span<byte> output)
    {
        if (!cipher.TryOpen(_nonce.Current, piece, output))
        {
            throw new ShadowsocksFault(
                HasOpened ? "a chunk is not authentic: the stream was changed on its way" : "the first chunk does not decrypt: another method or password, or no Shadowsocks");
        }

        HasOpened = true;
        _nonce.Advance();
    }
}

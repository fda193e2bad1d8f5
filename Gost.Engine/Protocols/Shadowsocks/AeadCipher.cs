namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// An authenticated cipher with its key set: 12-byte nonces, the tag behind the ciphertext. Not thread-safe; one per direction of a stream, or per packet.
/// Source: spec/wire/shadowsocks.md section 2.
/// </summary>
internal abstract class AeadCipher : IDisposable
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Encrypts into the whole of <paramref name="output"/>, which is the tag longer; both may begin at the same place.</summary>
    public abstract void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output);

    /// <summary>
    /// Decrypts into the start of <paramref name="plain"/>; both may begin at the same place. False: somebody else made these bytes, and
    /// <paramref name="plain"/> is undefined.
    /// </summary>
    public abstract bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, Span<byte> plain);

    /// <inheritdoc/>
    public abstract void Dispose();
}

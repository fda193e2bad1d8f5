using System.Security.Cryptography;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>ChaCha20-Poly1305 of RFC 8439.</summary>
internal sealed class ChaChaCipher(ReadOnlySpan<byte> key) : AeadCipher
{
    private const int TagSize = 16;

    private readonly ChaCha20Poly1305 _chaCha = new(key);

    /// <inheritdoc/>
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output) =>
        _chaCha.Encrypt(nonce, plain, output[..^TagSize], output[^TagSize..]);

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        try
        {
            _chaCha.Decrypt(nonce, cipher[..^TagSize], cipher[^TagSize..], plain[..(cipher.Length - TagSize)]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _chaCha.Dispose();
}

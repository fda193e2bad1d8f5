using System.Security.Cryptography;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>AES-GCM with a 16-byte tag.</summary>
internal sealed class GcmCipher(ReadOnlySpan<byte> key) : AeadCipher
{
    private const int TagSize = 16;

    private readonly AesGcm _aes = new(key, TagSize);

    /// <inheritdoc/>
    public override void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> output) =>
        _aes.Encrypt(nonce, plain, output[..^TagSize], output[^TagSize..]);

    /// <inheritdoc/>
    public override bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        try
        {
            _aes.Decrypt(nonce, cipher[..^TagSize], cipher[^TagSize..], plain[..(cipher.Length - TagSize)]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _aes.Dispose();
}

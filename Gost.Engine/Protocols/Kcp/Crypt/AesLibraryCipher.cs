using System.Security.Cryptography;

namespace Gost.Engine.Protocols.Kcp.Crypt;

/// <summary>AES in full-block CFB by the system's library, for processors without <see cref="AesInstructionCipher"/>.</summary>
internal sealed class AesLibraryCipher : IPacketCipher
{
    private const int BlockSize = 16;

    private readonly Aes _encrypting = Aes.Create();
    private readonly Aes _decrypting = Aes.Create();

    /// <summary>Takes a key of 16, 24 or 32 bytes.</summary>
    public AesLibraryCipher(ReadOnlySpan<byte> key)
    {
        _encrypting.SetKey(key);
        _decrypting.SetKey(key);
    }

    /// <inheritdoc/>
    public void Encrypt(Span<byte> packet)
    {
        Span<byte> feedback = stackalloc byte[BlockSize];
        var whole = packet.Length / BlockSize * BlockSize;
        _encrypting.EncryptCfb(packet[..whole], CfbVector.Bytes, packet[..whole], PaddingMode.None, 8 * BlockSize);
        (whole > 0 ? packet.Slice(whole - BlockSize, BlockSize) : CfbVector.Bytes).CopyTo(feedback);
        XorRest(_encrypting, packet[whole..], feedback);
    }

    /// <inheritdoc/>
    public void Decrypt(Span<byte> packet)
    {
        Span<byte> feedback = stackalloc byte[BlockSize];
        var whole = packet.Length / BlockSize * BlockSize;
        (whole > 0 ? packet.Slice(whole - BlockSize, BlockSize) : CfbVector.Bytes).CopyTo(feedback);
        _decrypting.DecryptCfb(packet[..whole], CfbVector.Bytes, packet[..whole], PaddingMode.None, 8 * BlockSize);
        XorRest(_decrypting, packet[whole..], feedback);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encrypting.Dispose();
        _decrypting.Dispose();
    }

    private static void XorRest(Aes aes, Span<byte> rest, Span<byte> feedback)
    {
        if (rest.Length > 0)
        {
            aes.EncryptEcb(feedback, feedback, PaddingMode.None);
            for (var i = 0; i < rest.Length; i++)
            {
                rest[i] ^= feedback[i];
            }
        }
    }
}

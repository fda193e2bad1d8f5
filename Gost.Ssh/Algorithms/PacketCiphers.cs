using System.Security.Cryptography;

namespace Gost.Ssh.Algorithms;

/// <summary>The ciphers and MACs by name.</summary>
internal static class PacketCiphers
{
    private const int CounterSize = 16;
    private const int GcmNonceSize = 12;

    /// <summary>Whether a cipher authenticates by itself, so that no MAC is agreed on.</summary>
    public static bool IsAuthenticated(string cipher) => cipher is AlgorithmNames.Aes256Gcm or AlgorithmNames.Aes128Gcm or AlgorithmNames.ChaCha20Poly1305;

    /// <summary>One direction's cipher; <paramref name="mac"/> is not looked at when the cipher authenticates by itself.</summary>
    public static PacketCipher Create(string cipher, string mac, IDerivedKeys keys)
    {
        switch (cipher)
        {
            case AlgorithmNames.Aes256Gcm:
                return new AesGcmPacketCipher(keys.Key(32), keys.InitialVector(GcmNonceSize));
            case AlgorithmNames.Aes128Gcm:
                return new AesGcmPacketCipher(keys.Key(16), keys.InitialVector(GcmNonceSize));
            case AlgorithmNames.ChaCha20Poly1305:
                return new ChaChaPolyPacketCipher(keys.Key(64));
        }

        var size = cipher switch
        {
            AlgorithmNames.Aes256Ctr => 32,
            AlgorithmNames.Aes192Ctr => 24,
            AlgorithmNames.Aes128Ctr => 16,
            _ => throw new ArgumentException($"{cipher} is no cipher", nameof(cipher)),
        };
        var (hash, macSize, isEtm) = mac switch
        {
            AlgorithmNames.HmacSha256Etm => (HashAlgorithmName.SHA256, 32, true),
            AlgorithmNames.HmacSha512Etm => (HashAlgorithmName.SHA512, 64, true),
            AlgorithmNames.HmacSha256 => (HashAlgorithmName.SHA256, 32, false),
            AlgorithmNames.HmacSha512 => (HashAlgorithmName.SHA512, 64, false),
            _ => throw new ArgumentException($"{mac} is no MAC", nameof(mac)),
        };
        return new AesCtrPacketCipher(keys.Key(size), keys.InitialVector(CounterSize), hash, keys.MacKey(macSize), isEtm);
    }
}

using System.Security.Cryptography;
using Gost.Ssh.Keys;
using HardwareArm = System.Runtime.Intrinsics.Arm.Aes;
using HardwareX86 = System.Runtime.Intrinsics.X86.Aes;

namespace Gost.Ssh.Algorithms;

/// <summary>
/// What is offered to a peer, the preferred ones first. There is neither SHA-1 nor CBC nor a group exchange, and nothing that turns one on.
/// </summary>
public static class SshAlgorithms
{
    /// <summary>Key exchanges.</summary>
    public static IReadOnlyList<string> KeyExchanges { get; } =
        [AlgorithmNames.Curve25519, AlgorithmNames.Curve25519LibSsh, AlgorithmNames.EcdhP256, AlgorithmNames.EcdhP384];

    /// <summary>Signatures of hosts and users.</summary>
    public static IReadOnlyList<string> Signatures => SshKeyAlgorithms.Signatures;

    /// <summary>Ciphers. Where the processor has instructions for AES, it comes before ChaCha20.</summary>
    public static IReadOnlyList<string> Ciphers { get; } = ListCiphers();

    /// <summary>MACs, for the ciphers that do not authenticate by themselves.</summary>
    public static IReadOnlyList<string> Macs { get; } =
        [AlgorithmNames.HmacSha256Etm, AlgorithmNames.HmacSha512Etm, AlgorithmNames.HmacSha256, AlgorithmNames.HmacSha512];

    /// <summary>Everything that is offered, by kind: <c>kex</c>, <c>key</c>, <c>enc</c>, <c>mac</c>, <c>comp</c>.</summary>
    public static IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Offered { get; } =
    [
        new("kex", KeyExchanges), new("key", Signatures), new("enc", Ciphers), new("mac", Macs), new("comp", [AlgorithmNames.None]),
    ];

    private static string[] ListCiphers()
    {
        string[] gcm = AesGcm.IsSupported ? [AlgorithmNames.Aes256Gcm, AlgorithmNames.Aes128Gcm] : [];
        string[] chaCha = ChaCha20Poly1305.IsSupported ? [AlgorithmNames.ChaCha20Poly1305] : [];
        var isFast = HardwareX86.IsSupported || HardwareArm.IsSupported;
        return [.. isFast ? gcm : chaCha, .. isFast ? chaCha : gcm, AlgorithmNames.Aes256Ctr, AlgorithmNames.Aes192Ctr, AlgorithmNames.Aes128Ctr];
    }
}

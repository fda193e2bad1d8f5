namespace Gost.Ssh.Keys;

/// <summary>The kinds of keys and signatures that are supported: none with SHA-1. Source: RFC 5656, RFC 8332, RFC 8709.</summary>
public static class SshKeyAlgorithms
{
    /// <summary>Ed25519, as a key and as a signature.</summary>
    public const string Ed25519 = "ssh-ed25519";

    /// <summary>ECDSA over P-256, as a key and as a signature.</summary>
    public const string EcdsaP256 = "ecdsa-sha2-nistp256";

    /// <summary>ECDSA over P-384, as a key and as a signature.</summary>
    public const string EcdsaP384 = "ecdsa-sha2-nistp384";

    /// <summary>ECDSA over P-521, as a key and as a signature.</summary>
    public const string EcdsaP521 = "ecdsa-sha2-nistp521";

    /// <summary>RSA as a key. As a signature the name stands for SHA-1 and is never used.</summary>
    public const string Rsa = "ssh-rsa";

    /// <summary>A signature by an RSA key with SHA-256.</summary>
    public const string RsaSha256 = "rsa-sha2-256";

    /// <summary>A signature by an RSA key with SHA-512.</summary>
    public const string RsaSha512 = "rsa-sha2-512";

    /// <summary>The smallest RSA modulus that is taken, in bits.</summary>
    public const int SmallestRsaBits = 2048;

    /// <summary>Every signature algorithm, the preferred ones first; what a server tells as <c>server-sig-algs</c>.</summary>
    public static IReadOnlyList<string> Signatures { get; } = [Ed25519, EcdsaP256, EcdsaP384, EcdsaP521, RsaSha512, RsaSha256];

    /// <summary>The signatures a key of this kind makes, the preferred ones first; empty = a kind that is not supported.</summary>
    public static IReadOnlyList<string> SignaturesOf(string keyAlgorithm) => keyAlgorithm switch
    {
        Ed25519 => [Ed25519],
        EcdsaP256 => [EcdsaP256],
        EcdsaP384 => [EcdsaP384],
        EcdsaP521 => [EcdsaP521],
        Rsa => [RsaSha512, RsaSha256],
        _ => [],
    };
}

namespace Gost.Ssh.Algorithms;

/// <summary>Names of algorithms on the wire, and of the markers that stand among them. Sources: RFC 4253, 5656, 6668, 8308, 8731, OpenSSH PROTOCOL.</summary>
internal static class AlgorithmNames
{
    public const string Curve25519 = "curve25519-sha256";
    public const string Curve25519LibSsh = "curve25519-sha256@libssh.org";
    public const string EcdhP256 = "ecdh-sha2-nistp256";
    public const string EcdhP384 = "ecdh-sha2-nistp384";

    public const string Aes256Gcm = "aes256-gcm@openssh.com";
    public const string Aes128Gcm = "aes128-gcm@openssh.com";
    public const string ChaCha20Poly1305 = "chacha20-poly1305@openssh.com";
    public const string Aes256Ctr = "aes256-ctr";
    public const string Aes192Ctr = "aes192-ctr";
    public const string Aes128Ctr = "aes128-ctr";

    public const string HmacSha256Etm = "hmac-sha2-256-etm@openssh.com";
    public const string HmacSha512Etm = "hmac-sha2-512-etm@openssh.com";
    public const string HmacSha256 = "hmac-sha2-256";
    public const string HmacSha512 = "hmac-sha2-512";

    /// <summary>No compression, which is the only one; also what stands for the MAC of a cipher that needs none.</summary>
    public const string None = "none";

    /// <summary>Marks a client that takes the message of extensions. Source: RFC 8308 section 2.1.</summary>
    public const string ExtInfoClient = "ext-info-c";

    /// <summary>Marks a client that keeps strictly to the key exchange. Source: OpenSSH PROTOCOL section 1.10.</summary>
    public const string StrictClient = "kex-strict-c-v00@openssh.com";

    /// <summary>Marks a server that does.</summary>
    public const string StrictServer = "kex-strict-s-v00@openssh.com";

    /// <summary>Whether <paramref name="name"/> stands among the key exchanges without being one.</summary>
    public static bool IsMarker(string name) => name is ExtInfoClient or "ext-info-s" or StrictClient or StrictServer;
}

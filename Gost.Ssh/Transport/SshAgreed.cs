namespace Gost.Ssh.Transport;

/// <summary>What both sides agreed on. A MAC is null where the cipher authenticates by itself.</summary>
public sealed record SshAgreed(
    string KeyExchange, string HostKeySignature, string CipherFromClient, string CipherFromServer, string? MacFromClient, string? MacFromServer)
{
    /// <summary>Whether both keep strictly to the key exchange. Source: OpenSSH PROTOCOL section 1.10.</summary>
    public bool IsStrict { get; init; }
}

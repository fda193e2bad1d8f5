using System.Security.Cryptography;

namespace Gost.Engine.Security.HostKeys;

/// <summary>A key that a far end proved to have when it was met first.</summary>
/// <param name="Host">The node as it was dialled, <c>host:port</c> in lower case.</param>
/// <param name="Algorithm">The key's type, <c>ssh-ed25519</c> for one.</param>
/// <param name="Key">The public key, base64 as in <c>known_hosts</c>.</param>
/// <param name="FirstSeen">When that was.</param>
public sealed record KnownHost(string Host, string Algorithm, string Key, DateTimeOffset FirstSeen)
{
    /// <summary><c>SHA256:</c> and base64 without padding, as OpenSSH shows it; empty where the text is no key.</summary>
    public string Fingerprint
    {
        get
        {
            var bytes = new byte[Key.Length];
            return Convert.TryFromBase64String(Key, bytes, out var length)
                ? "SHA256:" + Convert.ToBase64String(SHA256.HashData(bytes.AsSpan(0, length))).TrimEnd('=')
                : "";
        }
    }
}

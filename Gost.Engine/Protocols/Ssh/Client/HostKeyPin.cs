using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>The one key that a server may show: a whole key or its fingerprint.</summary>
internal sealed record HostKeyPin(string Fingerprint, string? Algorithm)
{
    private const string Prefix = "SHA256:";
    private const int HashLength = 43;

    /// <summary>Reads <c>SHA256:…</c>, <c>ssh-ed25519 AAAA…</c>, or a line of <c>known_hosts</c>; null = it is none of them.</summary>
    public static HostKeyPin? Parse(string text)
    {
        var line = text.Trim();
        if (line.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var hash = line.TrimEnd('=');
            return hash.Length == Prefix.Length + HashLength && hash[Prefix.Length..].All(static x => char.IsAsciiLetterOrDigit(x) || x is '+' or '/')
                ? new HostKeyPin(hash, null)
                : null;
        }

        return Key(line) ?? (line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank ? Key(line[(blank + 1)..].TrimStart()) : null);
    }

    /// <summary>Whether this is the key.</summary>
    public bool Matches(SshPublicKey key) => key.Fingerprint == Fingerprint;

    private static HostKeyPin? Key(string text)
    {
        try
        {
            var key = SshPublicKey.Parse(text);
            return new HostKeyPin(key.Fingerprint, key.Algorithm);
        }
        catch (SshKeyException)
        {
            return null;
        }
    }
}

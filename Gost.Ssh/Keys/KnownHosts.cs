using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gost.Ssh.Keys;

/// <summary>
/// The servers of a file in the format of <c>known_hosts</c>: names, patterns, hashed names and revoked keys; certificate authorities are passed over.
/// Immutable. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
/// </summary>
public sealed class KnownHosts
{
    private const int DefaultPort = 22;

    private readonly List<(string Hosts, SshPublicKey Key, bool IsRevoked)> _lines = [];
    private readonly List<RefusedKeyLine> _refused = [];

    private KnownHosts()
    {
    }

    /// <summary>The lines that give no key, and why.</summary>
    public IReadOnlyList<RefusedKeyLine> Refused => _refused;

    /// <summary>Reads a file's text; never throws for what it holds.</summary>
    public static KnownHosts Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        KnownHosts hosts = new();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var words = raw.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#')
            {
                continue;
            }

            try
            {
                hosts.Add(words);
            }
            catch (SshKeyException e)
            {
                hosts._refused.Add(new RefusedKeyLine(number, e.Message));
            }
        }

        return hosts;
    }

    /// <summary>What a server is called in such files: the host alone with port 22, <c>[host]:port</c> with another.</summary>
    public static string NameOf(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.ToLowerInvariant();
        return port == DefaultPort ? name : string.Create(CultureInfo.InvariantCulture, $"[{name}]:{port}");
    }

    /// <summary>The keys of a server that are taken.</summary>
    public IReadOnlyList<SshPublicKey> Find(string host, int port)
    {
        var name = NameOf(host, port);
        return [.. _lines.Where(x => !x.IsRevoked && Covers(x.Hosts, name)).Select(static x => x.Key).Except(Revoked(name)).Distinct()];
    }

    /// <summary>What is known of a key that a server shows.</summary>
    public KnownHostMatch Check(string host, int port, SshPublicKey key)
    {
        var name = NameOf(host, port);
        if (Revoked(name).Contains(key))
        {
            return KnownHostMatch.Revoked;
        }

        var known = Find(host, port);
        return known.Contains(key) ? KnownHostMatch.Known : known.Count > 0 ? KnownHostMatch.Changed : KnownHostMatch.Unknown;
    }

    private IEnumerable<SshPublicKey> Revoked(string name) => _lines.Where(x => x.IsRevoked && Covers(x.Hosts, name)).Select(static x => x.Key);

    private void Add(string[] words)
    {
        var isRevoked = words[0] == "@revoked";
        if (words[0][0] == '@')
        {
            if (!isRevoked)
            {
                throw new SshKeyException(SshKeyProblem.Unsupported, $"lines with {words[0]} are passed over");
            }

            words = words[1..];
        }

        if (words.Length < 3)
        {
            throw new SshKeyException(SshKeyProblem.Unreadable, "a line is the names of a host, the kind of its key and the key");
        }

        _lines.Add((words[0], SshPublicKey.FromBase64(words[1], words[2]), isRevoked));
    }

    private static bool Covers(string hosts, string name) =>
        hosts.StartsWith("|1|", StringComparison.Ordinal) ? IsHashOf(hosts, name) : HostPatterns.MatchesAny(hosts, [name]);

    // "|1|salt|hash", both in base64: HMAC-SHA-1 of the name, which hides names and proves nothing.
    private static bool IsHashOf(string hashed, string name)
    {
        var parts = hashed.Split('|');
        var (salt, hash) = (new byte[64], new byte[64]);
        if (parts.Length != 4 || !Convert.TryFromBase64String(parts[2], salt, out var saltLength) || !Convert.TryFromBase64String(parts[3], hash, out var hashLength))
        {
            return false;
        }

#pragma warning disable CA5350 // The format of the file.
        var expected = HMACSHA1.HashData(salt.AsSpan(0, saltLength), Encoding.UTF8.GetBytes(name));
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(expected, hash.AsSpan(0, hashLength));
    }
}

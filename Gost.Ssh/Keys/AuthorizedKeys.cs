using System.Globalization;
using System.Net;

namespace Gost.Ssh.Keys;

/// <summary>
/// The keys of a file in the format of <c>authorized_keys</c>. A line with an option that is not understood gives no key: it may be one that protects.
/// Immutable. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
/// </summary>
public sealed class AuthorizedKeys
{
    private AuthorizedKeys(IReadOnlyList<AuthorizedKey> keys, IReadOnlyList<RefusedKeyLine> refused) => (Keys, Refused) = (keys, refused);

    /// <summary>The keys, in the order of the lines.</summary>
    public IReadOnlyList<AuthorizedKey> Keys { get; }

    /// <summary>The lines that give none, and why.</summary>
    public IReadOnlyList<RefusedKeyLine> Refused { get; }

    /// <summary>Reads a file's text; never throws for what it holds.</summary>
    public static AuthorizedKeys Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<AuthorizedKey> keys = [];
        List<RefusedKeyLine> refused = [];
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var (key, reason) = ParseLine(line);
            if (key is not null)
            {
                keys.Add(key);
            }
            else
            {
                refused.Add(new RefusedKeyLine(number, reason));
            }
        }

        return new AuthorizedKeys(keys, refused);
    }

    /// <summary>The first line that lets a client with this address in by its key; null = none does.</summary>
    public AuthorizedKey? Find(SshPublicKey key, IPAddress? client, DateTimeOffset now) =>
        Keys.FirstOrDefault(x => x.Key.Equals(key) && x.IsTaken(client, now));

    private static (AuthorizedKey? Key, string Reason) ParseLine(string line)
    {
        IReadOnlyList<(string Name, string? Value)> options = [];
        if (!IsKind(line))
        {
            (options, line, var error) = KeyLineOptions.Split(line);
            if (error is not null)
            {
                return (null, error);
            }
        }

        AuthorizedKey key;
        try
        {
            var words = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
            key = new AuthorizedKey { Key = SshPublicKey.Parse(line), Comment = words.Length > 2 ? words[2].Trim() : "" };
        }
        catch (SshKeyException e)
        {
            return (null, e.Message);
        }

        foreach (var (name, value) in options)
        {
            if (Apply(key, name, value) is not { } changed)
            {
                return (null, $"the option \"{name}\"{(value is null ? "" : " with this value")} is not supported; the key is not taken");
            }

            key = changed;
        }

        return (key, "");
    }

    // Options begin otherwise than the kinds of keys do.
    private static bool IsKind(string line)
    {
        var word = line.Split((char[]?)null, 2)[0];
        return SshKeyAlgorithms.SignaturesOf(word).Count > 0
            || (word.IndexOfAny(['=', ',', '"']) < 0 && (word.StartsWith("ssh-", StringComparison.Ordinal)
                || word.StartsWith("ecdsa-", StringComparison.Ordinal) || word.StartsWith("sk-", StringComparison.Ordinal)));
    }

    /// <summary>Null when the option is not understood.</summary>
    private static AuthorizedKey? Apply(AuthorizedKey key, string name, string? value) => (name, value) switch
    {
        ("from", { Length: > 0 }) => key.From is null ? key with { From = value } : null,
        ("expiry-time", { }) => ParseTime(value) is { } time ? key with { ExpiresAt = time < key.ExpiresAt ? time : key.ExpiresAt ?? time } : null,
        ("permitopen", { }) => PermittedTarget.Parse(value, takesPort: false) is { } target ? key with { PermitOpen = [.. key.PermitOpen ?? [], target] } : null,
        ("permitlisten", { }) =>
            PermittedTarget.Parse(value, takesPort: true) is { } target ? key with { PermitListen = [.. key.PermitListen ?? [], target] } : null,
        ("restrict" or "no-port-forwarding", null) => key with { AllowsForwarding = false },
        ("port-forwarding", null) => key with { AllowsForwarding = true },

        // What they allow or forbid is not offered at all: no shell, no command, no terminal, no agent, no X11.
        ("no-pty" or "pty" or "no-x11-forwarding" or "x11-forwarding" or "no-agent-forwarding" or "agent-forwarding" or "no-user-rc" or "user-rc", null) => key,
        ("command" or "environment", { }) => key,
        _ => null,
    };

    private static DateTimeOffset? ParseTime(string value)
    {
        var isUtc = value.EndsWith('Z');
        string[] formats = ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"];
        var style = isUtc ? DateTimeStyles.AssumeUniversal : DateTimeStyles.AssumeLocal;
        return DateTimeOffset.TryParseExact(isUtc ? value[..^1] : value, formats, CultureInfo.InvariantCulture, style, out var time) ? time : null;
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Security.HostKeys;
using Gost.Ssh;
using Gost.Ssh.Keys;
using Gost.Ssh.Transport;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>
/// Decides about the key that a server shows, in this order: the pinned key, the file of known hosts, what was trusted before; an unknown one is trusted
/// from then on or refused. For one connection. Source: design.md section 1, docs/security.md.
/// </summary>
internal sealed class HostKeyVerifier
{
    private readonly SshDialerOptions _options;
    private readonly HostKeyBook _book;
    private readonly Target _node;
    private readonly string _host;

    /// <summary>For a connection to <paramref name="node"/>.</summary>
    public HostKeyVerifier(Target node, SshDialerOptions options, HostKeyBook book) =>
        (_options, _book, _node, _host) = (options, book, node, node.ToString().ToLowerInvariant());

    /// <summary>The transport's options, with the kinds of keys that are known of the server first, so that it shows one of those.</summary>
    public SshTransportOptions Prefer(SshTransportOptions options) => options with { KnownHostKeys = KnownKinds() };

    /// <summary>Throws <see cref="SshException"/> (host key) to refuse.</summary>
    public async ValueTask CheckAsync(SshPublicKey key, CancellationToken cancellationToken)
    {
        if (_options.Pin is { } pin)
        {
            if (!pin.Matches(key))
            {
                throw Refuse($"the host key of {_host} is not the pinned one: hostKey says {pin.Fingerprint}, the server shows {Show(key)}");
            }

            return;
        }

        if (_options.Check == HostKeyCheck.Off)
        {
            return;
        }

        if (ReadFile() is { } file)
        {
            switch (file.Check(_node.Host, _node.Port, key))
            {
                case KnownHostMatch.Known:
                    return;
                case KnownHostMatch.Revoked:
                    throw Refuse($"the host key of {_host} is revoked in {_options.KnownHosts}: {Show(key)}");
                case KnownHostMatch.Changed:
                    var lines = string.Join(" and ", file.Find(_node.Host, _node.Port).Select(Show));
                    throw Changed(lines, key, $"take its line out of {_options.KnownHosts}");
                default:
                    break;
            }
        }

        var known = _book.Find(_host);
        if (known.Any(x => x.Algorithm == key.Algorithm && x.Key == Convert.ToBase64String(key.Blob.Span)))
        {
            return;
        }

        if (known.Count > 0)
        {
            throw Changed(string.Join(" and ", known.Select(Show)), key, _book.HowToForget(_host));
        }

        if (_options.Check == HostKeyCheck.Strict)
        {
            throw Refuse(
                $"the host key of {_host} is not known and hostKeyCheck is strict: the server shows {Show(key)}; pin it with hostKey, or name a file in knownHosts");
        }

        await _book.TrustAsync(_host, key, cancellationToken);
    }

    private SshException Changed(string known, SshPublicKey key, string mend) => Refuse(
        $"the host key of {_host} has CHANGED: known is {known}, the server shows {Show(key)}. Somebody may be listening in, or the server was set up anew; "
        + $"if it was, forget the old key: {mend}");

    private KnownHosts? ReadFile()
    {
        if (_options.KnownHosts is not { } path)
        {
            return null;
        }

        try
        {
            return KnownHosts.Parse(KeyFile.ReadText(path));
        }
        catch (Exception e) when (KeyFile.IsUnreadable(e))
        {
            // Without it a key that is known to be wrong would pass.
            throw Refuse($"the file of known hosts cannot be read: {path}: {e.Message}");
        }
    }

    private static SshException Refuse(string message) => new(SshFailure.HostKey, SshDisconnectReason.HostKeyNotVerifiable, message);

    private static string Show(SshPublicKey key) => $"{key.Algorithm} {key.Fingerprint}";

    private static string Show(KnownHost host) => $"{host.Algorithm} {host.Fingerprint}";

    private List<string> KnownKinds()
    {
        if (_options.Pin is { } pin)
        {
            return pin.Algorithm is { } pinned ? [pinned] : [];
        }

        if (_options.Check == HostKeyCheck.Off)
        {
            return [];
        }

        var inFile = ReadFile()?.Find(_node.Host, _node.Port).Select(static x => x.Algorithm) ?? [];
        return [.. inFile.Concat(_book.Find(_host).Select(static x => x.Algorithm)).Distinct()];
    }
}

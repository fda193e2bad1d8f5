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
    private readonly string _host;

    /// <summary>For a connection to <paramref name="node"/>.</summary>
    public HostKeyVerifier(Target node, SshDialerOptions options, HostKeyBook book) => (_options, _book, _host) = (options, book, node.ToString().ToLowerInvariant());

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

        var known = _book.Find(_host);
        if (known.Any(x => x.Algorithm == key.Algorithm && x.Key == Convert.ToBase64String(key.Blob.Span)))
        {
            return;
        }

        if (known.Count > 0)
        {
            throw Refuse(
                $"the host key of {_host} has CHANGED: known is {string.Join(" and ", known.Select(Show))}, the server shows {Show(key)}. "
                + "Somebody may be listening in, or the server was set up anew; if it was, forget the old key: "
                + $"DELETE /config/known-hosts/{Uri.EscapeDataString(_host)}");
        }

        if (_options.Check == HostKeyCheck.Strict)
        {
            throw Refuse(
                $"the host key of {_host} is not known and hostKeyCheck is strict: the server shows {Show(key)}; pin it with hostKey, or name a file in knownHosts");
        }

        await _book.TrustAsync(_host, key, cancellationToken);
    }

    private static SshException Refuse(string message) => new(SshFailure.HostKey, SshDisconnectReason.HostKeyNotVerifiable, message);

    private static string Show(SshPublicKey key) => $"{key.Algorithm} {key.Fingerprint}";

    private static string Show(KnownHost host)
    {
        try
        {
            return Show(SshPublicKey.Decode(Convert.FromBase64String(host.Key)));
        }
        catch (Exception e) when (e is SshKeyException or FormatException)
        {
            return host.Algorithm;
        }
    }

    private List<string> KnownKinds()
    {
        if (_options.Pin is { } pin)
        {
            return pin.Algorithm is { } pinned ? [pinned] : [];
        }

        return [.. _book.Find(_host).Select(static x => x.Algorithm)];
    }
}

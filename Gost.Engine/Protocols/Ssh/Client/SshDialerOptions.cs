using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Tcp;
using Gost.Ssh.Keys;

namespace Gost.Engine.Protocols.Ssh.Client;

/// <summary>Options of the dialers <c>sshd</c> and <c>ssh</c>. Source: spec/forwarding.md section 12; the last three are this program's own.</summary>
/// <param name="UserName">Who logs in.</param>
/// <param name="Password">The password; null = none.</param>
/// <param name="Key">The key of <c>privateKeyFile</c>; null = none.</param>
/// <param name="HandshakeTimeout">How long key exchange and login may take; zero = the attempt's own limit only.</param>
/// <param name="KeepAlive">How long nothing may come from the server before it is asked for a sign of life; zero = it never is.</param>
/// <param name="KeepAliveTimeout">How long it may take for that.</param>
/// <param name="KeepAliveRetries">How many in a row may be missing.</param>
/// <param name="Tcp">Options of the connection below.</param>
/// <param name="KnownHosts">File with the keys of servers, as OpenSSH has it; null = none.</param>
/// <param name="Pin">The one key that is taken; null = others decide.</param>
/// <param name="Check">What is done about the server's key.</param>
internal sealed record SshDialerOptions(
    string UserName,
    string? Password,
    SshPrivateKey? Key,
    TimeSpan HandshakeTimeout,
    TimeSpan KeepAlive,
    TimeSpan KeepAliveTimeout,
    int KeepAliveRetries,
    TcpDialerOptions Tcp,
    string? KnownHosts,
    HostKeyPin? Pin,
    HostKeyCheck Check)
{
    private const int MaxSeconds = 32767;
    private const int MaxRetries = 100;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static SshDialerOptions Bind(DialerBuildContext context)
    {
        var metadata = context.Metadata;
        var auth = context.Dialer.Auth;
        var interval = metadata.GetTimeout(DefaultInterval, "ttl", "keepalive.interval");
        var timeout = metadata.GetTimeout(DefaultTimeout, "keepalive.timeout");
        var retries = (int)metadata.GetInt(1, int.MinValue, MaxRetries, "keepalive.retries");
        var handshake = metadata.GetTimeout(TimeSpan.Zero, "handshakeTimeout");
        return new SshDialerOptions(
            auth?.Username ?? "",
            auth?.Password is { Length: > 0 } password ? password : null,
            KeyFile.Read(metadata),
            handshake > TimeSpan.Zero ? handshake : TimeSpan.Zero,
            metadata.GetBool(false, "keepalive") ? interval > TimeSpan.Zero ? interval : DefaultInterval : TimeSpan.Zero,
            timeout > TimeSpan.Zero ? timeout : DefaultTimeout,
            retries > 0 ? retries : 1,
            new TcpDialerOptions(ReadKeepAlive(metadata), (int)context.NodeMetadata.GetInt(0, 0, 2, "proxyProtocol")),
            ReadKnownHosts(metadata),
            ReadPin(metadata),
            ReadCheck(metadata));
    }

    private static TcpKeepAlive? ReadKeepAlive(MetadataReader metadata)
    {
        var fallback = TcpKeepAlive.Default;
        var idle = Seconds(metadata, fallback.IdleSeconds, "tcp.keepalive.idle");
        var interval = Seconds(metadata, fallback.IntervalSeconds, "tcp.keepalive.interval");
        var count = (int)metadata.GetInt(fallback.Count, 0, 127, "tcp.keepalive.count");
        TcpKeepAlive given = new(idle, interval, count > 0 ? count : fallback.Count);
        return metadata.GetBool(false, "tcp.keepalive") && given != fallback ? given : null;
    }

    private static int Seconds(MetadataReader metadata, int fallback, string key)
    {
        var value = metadata.GetDuration(TimeSpan.FromSeconds(fallback), key).TotalSeconds;
        return value <= 0 ? fallback : (int)Math.Clamp(Math.Ceiling(value), 1, MaxSeconds);
    }

    private static string? ReadKnownHosts(MetadataReader metadata)
    {
        var path = metadata.GetString("knownHosts");
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        if (KeyFile.Check(path) is { } fault)
        {
            metadata.Findings.Add(new Finding(metadata.Pointer + "/knownHosts", fault));
        }

        return path;
    }

    private static HostKeyPin? ReadPin(MetadataReader metadata)
    {
        var text = metadata.GetString("hostKey");
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var pin = HostKeyPin.Parse(text);
        if (pin is null)
        {
            metadata.Findings.Add(new Finding(
                metadata.Pointer + "/hostKey", "hostKey must be a public key as ssh-keyscan prints it (ssh-ed25519 AAAA…) or a fingerprint (SHA256:…)"));
        }

        return pin;
    }

    private static HostKeyCheck ReadCheck(MetadataReader metadata)
    {
        var text = metadata.GetString("hostKeyCheck");
        switch (text?.ToUpperInvariant())
        {
            case null or "" or "TOFU":
                return HostKeyCheck.Tofu;
            case "STRICT":
                return HostKeyCheck.Strict;
            case "OFF":
                return HostKeyCheck.Off;
            default:
                metadata.Findings.Add(new Finding(metadata.Pointer + "/hostKeyCheck", "hostKeyCheck must be tofu, strict or off"));
                return HostKeyCheck.Strict;
        }
    }
}

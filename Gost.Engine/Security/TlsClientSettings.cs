using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>
/// What a TLS client works by. <c>secure</c>: chain and name are verified; a <c>caFile</c> alone: the chain; neither: nothing, as in GOST. Asked at each
/// handshake, so that changed files act at once. Any thread. Source: spec/config.md section 12, spec/wire/transports.md section 0.
/// </summary>
internal sealed class TlsClientSettings
{
    private readonly bool _secure;
    private readonly string _name;
    private readonly TlsFiles _files;
    private readonly TlsRules _rules;
    private Snapshot? _last;

    private TlsClientSettings(bool secure, string name, TlsFiles files, TlsRules rules) =>
        (_secure, _name, _files, _rules) = (secure, name, files, rules);

    /// <summary>Reads the settings of a dialer or connector to <paramref name="node"/>; what cannot be used is an error below <paramref name="pointer"/>.</summary>
    public static TlsClientSettings Build(TlsConfig? own, NodeConfig node, string pointer, EngineServices engine, List<Finding> findings)
    {
        var settings = own ?? new TlsConfig();
        var files = TlsFiles.Open(settings, pointer, engine.Time, engine.Loggers, findings);
        return new TlsClientSettings(
            settings.Secure, NameOf(settings.ServerName, node), files, TlsRules.Read(settings.Options, $"{pointer}/options", findings));
    }

    /// <summary>The options of the next handshake; the same object while nothing changes. Throws <see cref="FlowException"/> (tls) while files cannot be read.</summary>
    public SslClientAuthenticationOptions Options()
    {
        var identity = _files.Identity?.Get();
        var authorities = _files.Authorities?.Get();
        var last = Volatile.Read(ref _last);
        if (last is null || last.Identity != identity || last.Authorities != authorities)
        {
            last = new Snapshot(identity, authorities, Make(identity, authorities));
            Volatile.Write(ref _last, last);
        }

        return last.Options;
    }

    /// <summary>
    /// The server's name is the node's host unless it is given. A list is what the command line makes of several nodes: each node's own host is meant
    /// (contract.md, Conversion).
    /// </summary>
    private static string NameOf(string given, NodeConfig node)
    {
        if (given.Length > 0 && !given.Contains(',', StringComparison.Ordinal))
        {
            return given;
        }

        var address = TargetAddress.Parse(node.Addr, TargetNetwork.Tcp);
        return address is { Network: TargetNetwork.Tcp, Host.Length: > 0 } ? address.Host : "localhost";
    }

    private SslClientAuthenticationOptions Make(ServerIdentity? identity, X509Certificate2Collection? authorities)
    {
        var isChecked = _secure || authorities is not null;
        var name = _secure ? _name : null;
        return new SslClientAuthenticationOptions
        {
            // An address gives no server name on the wire, and .NET resumes sessions by that name only.
            TargetHost = _name,
            ClientCertificateContext = identity?.Context,
            EnabledSslProtocols = _rules.Versions,
            ApplicationProtocols = _rules.Protocols,
            CipherSuitesPolicy = _rules.Suites,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = isChecked ? PeerVerification.Policy(authorities) : PeerVerification.Unchecked(),
            RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                !isChecked || TlsPeer.Accept(sender, PeerVerification.Judge(certificate, chain, errors, name, authorities)),
        };
    }

    private sealed record Snapshot(ServerIdentity? Identity, X509Certificate2Collection? Authorities, SslClientAuthenticationOptions Options);
}

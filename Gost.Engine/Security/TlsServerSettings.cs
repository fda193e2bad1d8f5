using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Security;

/// <summary>
/// What a TLS server works by: its own settings, and the engine's defaults for what they leave open. Asked at each handshake, so that changed files and a
/// changed document act at once. Any thread. Source: spec/config.md section 12, spec/wire/transports.md section 0.
/// </summary>
internal sealed class TlsServerSettings
{
    private readonly TlsConfig? _own;
    private readonly TlsFiles _files;
    private readonly TlsRules? _rules;
    private readonly TlsMaterial _material;
    private Snapshot? _last;

    private TlsServerSettings(TlsConfig? own, TlsFiles files, TlsRules? rules, TlsMaterial material) =>
        (_own, _files, _rules, _material) = (own, files, rules, material);

    /// <summary>Whether clients are refused by the name they ask for.</summary>
    public bool ChecksNames => (_own ?? _material.Defaults.Settings)?.RejectUnknownSni == true;

    /// <summary>Reads the settings of a listener or handler at <paramref name="pointer"/>; what cannot be used is an error there.</summary>
    public static TlsServerSettings Build(TlsConfig? own, string pointer, EngineServices engine, List<Finding> findings)
    {
        var files = TlsFiles.Open(own, pointer, engine.Time, engine.Loggers, findings);
        return new TlsServerSettings(
            own, files, own?.Options is null ? null : TlsRules.Read(own.Options, $"{pointer}/options", findings), engine.Tls);
    }

    /// <summary>The options of the next handshake; the same object while nothing changes. Throws <see cref="FlowException"/> (tls) while files cannot be read.</summary>
    public SslServerAuthenticationOptions Options() => Current().Options;

    /// <summary>Throws <see cref="FlowException"/> (tls) when a client asks for a name that is not served here.</summary>
    public void CheckName(string? name)
    {
        var snapshot = Current();
        ImmutableArray<string> names = [.. (_own ?? snapshot.Defaults.Settings)?.ServerNames ?? []];
        var isKnown = !string.IsNullOrEmpty(name) && (names.IsEmpty ? snapshot.Identity.IsFor(name) : names.Any(x => Covers(x, name)));
        if (!isKnown)
        {
            throw new FlowException(FlowLayer.Tls, FlowError.NotPermitted, string.IsNullOrEmpty(name)
                ? "the client named no server, and rejectUnknownSNI is set"
                : $"the client asked for server {Config.Nodes.JsonPointer.Shorten(name)}, which is not served here (rejectUnknownSNI)");
        }
    }

    private static bool Covers(string pattern, string name)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
        {
            return pattern.Equals(name, StringComparison.OrdinalIgnoreCase);
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name.AsSpan(dot).Equals(pattern.AsSpan(1), StringComparison.OrdinalIgnoreCase);
    }

    private Snapshot Current()
    {
        var defaults = _material.Defaults;
        var isOwn = _files.Identity is not null;
        var identity = (_files.Identity ?? defaults.Files.Identity)?.Get() ?? _material.SelfSigned.Get(_own, defaults.Settings);

        // A lone caFile asks for client certificates too: what protects must not fail open (contract.md).
        var authorities = (_files.Authorities ?? (isOwn ? null : defaults.Files.Authorities))?.Get();
        var last = Volatile.Read(ref _last);
        if (last is null || last.Identity != identity || last.Authorities != authorities || last.Defaults != defaults)
        {
            last = new Snapshot(identity, authorities, defaults, Make(identity, authorities, _rules ?? defaults.Rules));
            Volatile.Write(ref _last, last);
        }

        return last;
    }

    private static SslServerAuthenticationOptions Make(ServerIdentity identity, X509Certificate2Collection? authorities, TlsRules rules)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = identity.Context,
            EnabledSslProtocols = rules.Versions,
            ApplicationProtocols = rules.Protocols,
            CipherSuitesPolicy = rules.Suites,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (authorities is not null)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = PeerVerification.Policy(authorities);
            options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                TlsPeer.Accept(sender, PeerVerification.Judge(certificate, chain, errors, null, authorities), "client ");
        }

        return options;
    }

    private sealed record Snapshot(
        ServerIdentity Identity, X509Certificate2Collection? Authorities, TlsDefaults Defaults, SslServerAuthenticationOptions Options);
}

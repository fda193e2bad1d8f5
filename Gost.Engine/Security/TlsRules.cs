using System.Collections.Immutable;
using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Gost.Engine.Config;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Security;

/// <summary>Versions, cipher suites and ALPN of <c>tls.options</c>; immutable. Source: spec/config.md section 12, spec/wire/transports.md section 0.</summary>
internal sealed record TlsRules(SslProtocols Versions, CipherSuitesPolicy? Suites, ImmutableArray<string> Alpn)
{
    private static readonly ImmutableArray<string> VersionNames = ["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"];

    // Go has no say over the suites of TLS 1.3: a list of others leaves them all there.
    private static readonly ImmutableArray<TlsCipherSuite> Tls13Suites =
        [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    /// <summary>What is in force without options: TLS 1.2 and 1.3, the system's suites, no ALPN.</summary>
    public static TlsRules Default { get; } = new(SslProtocols.Tls12 | SslProtocols.Tls13, null, []);

    /// <summary>ALPN as the TLS library takes it; null = none.</summary>
    public List<SslApplicationProtocol>? Protocols => Alpn.IsEmpty ? null : [.. Alpn.Select(static x => new SslApplicationProtocol(x))];

    /// <summary>Reads the options; what cannot be used is an error at its place below <paramref name="pointer"/>.</summary>
    public static TlsRules Read(TlsOptionsConfig? options, string pointer, List<Finding> findings)
    {
        if (options is null)
        {
            return Default;
        }

        var least = Version(options.MinVersion, 2, $"{pointer}/minVersion", findings);
        var most = Version(options.MaxVersion, 3, $"{pointer}/maxVersion", findings);
        if (most < 2)
        {
            findings.Add(new Finding($"{pointer}/maxVersion", "this build speaks TLS 1.2 and 1.3; older versions are not safe", Suggestion: "VersionTLS12"));
            most = 2;
        }
        else if (least > most)
        {
            findings.Add(new Finding($"{pointer}/minVersion", "minVersion is above maxVersion"));
            least = most;
        }

        if (least < 2)
        {
            findings.Add(new Finding($"{pointer}/minVersion", "TLS 1.0 and 1.1 are not spoken by this build: 1.2 is the least", FindingSeverity.Warning));
        }

        var versions = (least <= 2 ? SslProtocols.Tls12 : SslProtocols.None) | (most >= 3 ? SslProtocols.Tls13 : SslProtocols.None);
        for (var i = 0; i < options.Alpn.Count; i++)
        {
            if (System.Text.Encoding.UTF8.GetByteCount(options.Alpn[i]) is 0 or > 255)
            {
                findings.Add(new Finding($"{pointer}/alpn/{i}", "the name of a protocol has 1 to 255 bytes"));
                return Default;
            }
        }

        return new TlsRules(versions, ReadSuites(options.CipherSuites, pointer, findings), [.. options.Alpn]);
    }

    private static int Version(string name, int otherwise, string pointer, List<Finding> findings)
    {
        if (name.Length == 0)
        {
            return otherwise;
        }

        var index = VersionNames.IndexOf(name, 0, StringComparer.OrdinalIgnoreCase);
        if (index < 0)
        {
            findings.Add(new Finding(
                pointer, $"unknown version {JsonPointer.Shorten(name)}; write VersionTLS12 or VersionTLS13", Suggestion: Suggestions.Find(name, VersionNames)));
            return otherwise;
        }

        return index;
    }

    private static CipherSuitesPolicy? ReadSuites(ConfigList<string> names, string pointer, List<Finding> findings)
    {
        List<TlsCipherSuite> suites = [];
        for (var i = 0; i < names.Count; i++)
        {
            // Go's older names of two suites lack the hash.
            if (Enum.TryParse<TlsCipherSuite>(names[i], out var suite) || Enum.TryParse(names[i] + "_SHA256", out suite))
            {
                suites.Add(suite);
            }
            else
            {
                findings.Add(new Finding($"{pointer}/cipherSuites/{i}", $"unknown cipher suite {JsonPointer.Shorten(names[i])}; write TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, for one"));
            }
        }

        if (suites.Count == 0)
        {
            return null;
        }

        if (!OperatingSystem.IsLinux())
        {
            findings.Add(new Finding($"{pointer}/cipherSuites", "cipher suites can be chosen on Linux only"));
            return null;
        }

        return Policy(suites, pointer, findings);
    }

    [SupportedOSPlatform("linux")]
    private static CipherSuitesPolicy? Policy(IEnumerable<TlsCipherSuite> suites, string pointer, List<Finding> findings)
    {
        try
        {
            return new CipherSuitesPolicy(suites.Concat(Tls13Suites).Distinct());
        }
        catch (Exception e) when (e is PlatformNotSupportedException or ArgumentException)
        {
            findings.Add(new Finding($"{pointer}/cipherSuites", $"cipher suites cannot be chosen here: {e.Message}"));
            return null;
        }
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security;

/// <summary>
/// What servers without a certificate of their own use: the document's <c>tls</c>, else <c>cert.pem</c> and <c>key.pem</c> in the working directory, else
/// nothing, so that a certificate is made. Immutable but for files that change. Source: spec/config.md section 12.
/// </summary>
internal sealed class TlsDefaults
{
    private const string WorkingCertificate = "cert.pem";
    private const string WorkingKey = "key.pem";

    private TlsDefaults(TlsConfig? settings, TlsFiles files, TlsRules rules) => (Settings, Files, Rules) = (settings, files, rules);

    /// <summary>The document's <c>tls</c>.</summary>
    public TlsConfig? Settings { get; }

    /// <summary>Its files, or those of the working directory.</summary>
    public TlsFiles Files { get; }

    /// <summary>Its options.</summary>
    public TlsRules Rules { get; }

    /// <summary>Compiles the document's <c>tls</c>; pointers begin with <c>/tls</c>.</summary>
    public static TlsDefaults Compile(TlsConfig? settings, TimeProvider time, ILoggerFactory loggers, List<Finding> findings)
    {
        var files = TlsFiles.Open(settings, "/tls", time, loggers, findings);
        var rules = TlsRules.Read(settings?.Options, "/tls/options", findings);
        if (settings is not { CertFile.Length: > 0 } and not { KeyFile.Length: > 0 } && File.Exists(WorkingCertificate) && File.Exists(WorkingKey))
        {
            List<Finding> found = [];
            TlsConfig working = new() { CertFile = WorkingCertificate, KeyFile = WorkingKey, CaFile = settings?.CaFile ?? "" };
            var there = TlsFiles.Open(working, "/tls", time, loggers, found);
            files = found.Count == 0 ? there : files;

            // Nobody named them, so that they refuse nothing; GOST makes a certificate then.
            findings.AddRange(found.Select(static x => x with { Pointer = "", Severity = FindingSeverity.Warning }));
        }

        return new TlsDefaults(settings, files, rules);
    }
}

using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security;

/// <summary>
/// The files that TLS settings name: the own certificate with its key, and the authorities of the other side. Each is null where it is not named. What
/// cannot be read is an error at its member.
/// </summary>
internal sealed class TlsFiles
{
    private TlsFiles(FileMaterial<ServerIdentity>? identity, FileMaterial<X509Certificate2Collection>? authorities) =>
        (Identity, Authorities) = (identity, authorities);

    /// <summary>Nothing named.</summary>
    public static TlsFiles None { get; } = new(null, null);

    /// <summary>Of <c>certFile</c> and <c>keyFile</c>.</summary>
    public FileMaterial<ServerIdentity>? Identity { get; }

    /// <summary>Of <c>caFile</c>.</summary>
    public FileMaterial<X509Certificate2Collection>? Authorities { get; }

    /// <summary>Reads what the settings name.</summary>
    public static TlsFiles Open(TlsConfig? settings, string pointer, TimeProvider time, ILoggerFactory loggers, List<Finding> findings)
    {
        if (settings is null)
        {
            return None;
        }

        var (cert, key, ca) = (settings.CertFile, settings.KeyFile, settings.CaFile);
        FileMaterial<ServerIdentity>? identity = null;
        FileMaterial<X509Certificate2Collection>? authorities = null;
        if (cert.Length > 0 && key.Length > 0)
        {
            identity = FileMaterial<ServerIdentity>.Open([cert, key], () => ServerIdentity.Read(cert, key), time, loggers, out var fault);
            Report(fault, fault?.Path == key && key != cert ? "keyFile" : "certFile");
        }
        else if (cert.Length > 0)
        {
            findings.Add(new Finding($"{pointer}/keyFile", "certFile is given without keyFile: the certificate's key is needed as well"));
        }
        else if (key.Length > 0)
        {
            findings.Add(new Finding($"{pointer}/certFile", "keyFile is given without certFile: the key's certificate is needed as well"));
        }

        if (ca.Length > 0)
        {
            authorities = FileMaterial<X509Certificate2Collection>.Open([ca], () => PemFile.ReadCertificates(ca), time, loggers, out var fault);
            Report(fault, "caFile");
        }

        return new TlsFiles(identity, authorities);

        void Report(PemFileException? fault, string member)
        {
            if (fault is not null)
            {
                findings.Add(new Finding($"{pointer}/{member}", fault.Message));
            }
        }
    }
}

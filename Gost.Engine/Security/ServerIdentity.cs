using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Gost.Engine.Security;

/// <summary>
/// A certificate with its key and what belongs between it and its authority. Its TLS context is made once, so that sessions can be resumed. Lives as long
/// as a handshake may use it: a replaced one is left to the garbage collector.
/// </summary>
internal sealed class ServerIdentity
{
    private ServerIdentity(X509Certificate2 certificate, X509Certificate2Collection? between)
    {
        Certificate = certificate;
        Context = SslStreamCertificateContext.Create(certificate, between, offline: true);
    }

    /// <summary>The certificate; has its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What is given to the TLS library.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Of a certificate in memory, which it takes over.</summary>
    public static ServerIdentity TakeOver(X509Certificate2 certificate) => new(certificate, null);

    /// <summary>Of two PEM files; the first may hold the certificates between as well. Throws <see cref="PemFileException"/>.</summary>
    public static ServerIdentity Read(string certFile, string keyFile)
    {
        var all = PemFile.ReadCertificates(certFile);
        var certificate = PemFile.ReadWithKey(certFile, keyFile);
        all[0].Dispose();
        all.RemoveAt(0);
        return new ServerIdentity(certificate, all);
    }

    /// <summary>Whether the certificate is made for a host name.</summary>
    public bool IsFor(string name)
    {
        try
        {
            return Certificate.MatchesHostname(name);
        }
        catch (ArgumentException)
        {
            // No host name at all.
            return false;
        }
    }
}

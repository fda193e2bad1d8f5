using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gost.Tests.Testing;

namespace Gost.Tests.Protocols.Tls;

/// <summary>A certificate authority for one test, whose certificates are PEM files in a folder that goes with it.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private int _serial;

    public TestAuthority(string name = "Test Authority")
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-2), TimeProvider.System.GetUtcNow().AddYears(1));
        CaFile = Write("ca.pem", _certificate.ExportCertificatePem());
    }

    public string CaFile { get; }

    public string Folder => _folder.Path;

    /// <summary>Issues a certificate for names and addresses; the files are called after <paramref name="file"/> and may be written over.</summary>
    public (string Cert, string Key) Issue(string file, string[] names, bool expired = false, string commonName = "leaf")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={commonName}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        if (names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        using var certificate = request.Create(
            _certificate, TimeProvider.System.GetUtcNow().AddDays(-1), expired ? TimeProvider.System.GetUtcNow().AddHours(-1) : TimeProvider.System.GetUtcNow().AddDays(30), [1, (byte)++_serial]);
        return (Write($"{file}.pem", certificate.ExportCertificatePem()), Write($"{file}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    public string Write(string name, string text) => _folder.Write(name, text);

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}

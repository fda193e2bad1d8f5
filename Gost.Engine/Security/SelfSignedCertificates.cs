using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Security;

/// <summary>
/// The certificates that an engine makes itself, each at first need and then kept: ECDSA P-256, valid for a year, O=GOST, CN and name gost.run, as GOST
/// makes its own, unless the settings say otherwise. Any thread. Source: spec/wire/transports.md section 0.
/// </summary>
internal sealed class SelfSignedCertificates(TimeProvider time)
{
    private const string DefaultName = "gost.run";
    private const string DefaultOrganization = "GOST";
    private static readonly TimeSpan DefaultValidity = TimeSpan.FromDays(365);

    // Clocks of others may be behind ours.
    private static readonly TimeSpan Earlier = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, string Organization, TimeSpan Validity), ServerIdentity> _made = [];

    /// <summary>The certificate for the first of the settings that names each of <c>validity</c>, <c>commonName</c> and <c>organization</c>.</summary>
    public ServerIdentity Get(params IEnumerable<TlsConfig?> settings)
    {
        var given = settings.OfType<TlsConfig>().ToList();
        var name = given.Select(static x => x.CommonName).FirstOrDefault(static x => x.Length > 0) ?? DefaultName;
        var organization = given.Select(static x => x.Organization).FirstOrDefault(static x => x.Length > 0) ?? DefaultOrganization;
        var validity = given.Select(static x => x.Validity.ToTimeSpan()).FirstOrDefault(static x => x > TimeSpan.Zero);
        validity = validity > TimeSpan.Zero ? validity : DefaultValidity;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_made.TryGetValue((name, organization, validity), out var identity) || now > identity.Certificate.NotAfter)
            {
                identity = ServerIdentity.TakeOver(Make(name, organization, now - Earlier, now + validity));
                _made[(name, organization, validity)] = identity;
            }

            return identity;
        }
    }

    private static X509Certificate2 Make(string name, string organization, DateTimeOffset from, DateTimeOffset to)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddOrganizationName(organization);
        subject.AddCommonName(name);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        SubjectAlternativeNameBuilder names = new();
        if (System.Net.IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(from, to);
    }
}

using System.Net.Security;
using System.Security.Authentication;
using Gost.Engine.Security;

namespace Gost.Engine.Protocols.Quic;

/// <summary>TLS settings as QUIC takes them: TLS 1.3, and ALPN is never absent. Any thread.</summary>
internal static class QuicTls
{
    private static readonly SslApplicationProtocol QuicV1 = new("quic/v1");

    /// <summary>The same objects while the settings do not change, which lets the library reuse what it made of them.</summary>
    public static Func<SslServerAuthenticationOptions> OfServer(TlsServerSettings settings)
    {
        Tuple<SslServerAuthenticationOptions, SslServerAuthenticationOptions>? last = null;
        return () =>
        {
            var source = settings.Options();
            var made = Volatile.Read(ref last);
            if (made?.Item1 != source)
            {
                made = new(source, new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = source.ServerCertificateContext,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = source.ApplicationProtocols ?? Protocols(),
                    CipherSuitesPolicy = source.CipherSuitesPolicy,
                    CertificateRevocationCheckMode = source.CertificateRevocationCheckMode,
                    ClientCertificateRequired = source.ClientCertificateRequired,
                    CertificateChainPolicy = source.CertificateChainPolicy,
                    RemoteCertificateValidationCallback = source.RemoteCertificateValidationCallback,
                });
                Volatile.Write(ref last, made);
            }

            return made.Item2;
        };
    }

    /// <summary>The same for clients.</summary>
    public static Func<SslClientAuthenticationOptions> OfClient(TlsClientSettings settings)
    {
        Tuple<SslClientAuthenticationOptions, SslClientAuthenticationOptions>? last = null;
        return () =>
        {
            var source = settings.Options();
            var made = Volatile.Read(ref last);
            if (made?.Item1 != source)
            {
                made = new(source, new SslClientAuthenticationOptions
                {
                    TargetHost = source.TargetHost,
                    ClientCertificateContext = source.ClientCertificateContext,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = source.ApplicationProtocols ?? Protocols(),
                    CipherSuitesPolicy = source.CipherSuitesPolicy,
                    CertificateRevocationCheckMode = source.CertificateRevocationCheckMode,
                    CertificateChainPolicy = source.CertificateChainPolicy,
                    RemoteCertificateValidationCallback = source.RemoteCertificateValidationCallback,
                });
                Volatile.Write(ref last, made);
            }

            return made.Item2;
        };
    }

    private static List<SslApplicationProtocol> Protocols() => [SslApplicationProtocol.Http3, QuicV1];
}

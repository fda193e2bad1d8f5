using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Gost.Engine.Security;

/// <summary>Says in words why the certificate of a far end is not accepted.</summary>
internal static class PeerVerification
{
    /// <summary>A policy that trusts given authorities, or those of the system; nothing is fetched and no revocation is asked for, as in Go.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection? authorities)
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    /// <summary>A policy for certificates that nobody looks at: the system's authorities need not be read.</summary>
    public static X509ChainPolicy Unchecked() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>The reason to refuse, or null. <paramref name="name"/> null: any name will do.</summary>
    public static string? Judge(
        X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string? name, X509Certificate2Collection? authorities)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "no certificate was given";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && !IsAnchored(chain, authorities))
        {
            return Words(certificate, chain);
        }

        return name is not null && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"the certificate is not for {name} but for {NamesOf(certificate)}"
            : null;
    }

    /// <summary>Any certificate among the authorities is trusted, also one that is not self-signed, as in Go.</summary>
    private static bool IsAnchored(X509Chain? chain, X509Certificate2Collection? authorities)
    {
        if (chain is null || authorities is null || chain.ChainElements.Count == 0
            || chain.ChainStatus.Any(static x => x.Status is not (X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.NoError)))
        {
            return false;
        }

        var last = chain.ChainElements[^1].Certificate;
        return authorities.Any(x => x.RawDataMemory.Span.SequenceEqual(last.RawDataMemory.Span));
    }

    private static string Words(X509Certificate certificate, X509Chain? chain)
    {
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, x) => all | x.Status) ?? X509ChainStatusFlags.PartialChain;
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return $"the certificate is valid from {certificate.GetEffectiveDateString()} to {certificate.GetExpirationDateString()} only: it has expired or is not valid yet";
        }

        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return "the certificate is signed by an unknown authority";
        }

        return flags.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? "the certificate is not made for this use"
            : $"the certificate is not trusted: {flags}";
    }

    private static string NamesOf(X509Certificate certificate)
    {
        if (certificate is not X509Certificate2 full)
        {
            return certificate.Subject;
        }

        var alternatives = full.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        List<string> names = alternatives is null
            ? []
            : [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(static x => x.ToString())];
        return names.Count > 0 ? string.Join(", ", names.Take(5)) : full.Subject;
    }
}

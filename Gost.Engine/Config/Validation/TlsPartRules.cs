using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>What of TLS settings does nothing on the side where it stands, and what a client leaves open. Source: spec/config.md section 12.</summary>
internal static class TlsPartRules
{
    /// <summary>The settings of a server: a listener, a handler, or the document's own.</summary>
    public static void CheckServer(TlsConfig tls, string pointer, Action<string, string, string?> warn)
    {
        Warn(
            ("secure", tls.Secure, "it is for the side that dials"),
            ("serverName", tls.ServerName.Length > 0, "it is for the side that dials"),
            ("serverNames", tls.ServerNames.Count > 0 && !tls.RejectUnknownSni, "it needs rejectUnknownSNI: true"));
        if (tls.CertFile.Length > 0)
        {
            Warn(
                ("validity", tls.Validity != default, "the certificate is read from certFile"),
                ("commonName", tls.CommonName.Length > 0, "the certificate is read from certFile"),
                ("organization", tls.Organization.Length > 0, "the certificate is read from certFile"));
        }

        void Warn(params ReadOnlySpan<(string Member, bool IsSet, string Reason)> members)
        {
            foreach (var (member, isSet, reason) in members)
            {
                if (isSet)
                {
                    warn($"{pointer}/{member}", $"{member} has no effect here: {reason}", null);
                }
            }
        }
    }

    /// <summary>The settings of a dialer or connector at <paramref name="pointer"/>.</summary>
    public static void CheckClient(Report report, string pointer, string noun, TlsConfig tls)
    {
        foreach (var (member, isSet) in new[]
        {
            ("validity", tls.Validity != default), ("commonName", tls.CommonName.Length > 0), ("organization", tls.Organization.Length > 0),
            ("rejectUnknownSNI", tls.RejectUnknownSni), ("serverNames", tls.ServerNames.Count > 0),
        })
        {
            if (isSet)
            {
                report.Warn($"{pointer}/tls/{member}", $"{member} has no effect here: it is for the side that listens");
            }
        }

        // Inside a proxy's protocol TLS is an extra that is there by itself; a transport is what somebody chose.
        if (noun == "dialer" && tls is { Secure: false, CaFile.Length: 0 })
        {
            report.Warn(pointer, "the node's certificate is not verified: add secure=true");
        }
    }
}

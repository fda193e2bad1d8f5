using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>The parameters that become TLS settings. Source: spec/cli.md section 5.</summary>
internal static class TlsParameters
{
    /// <summary>Of a listener: null without a certificate, whatever else is given.</summary>
    public static TlsConfig? TakeListener(ParameterSet parameters)
    {
        var tls = TakeFiles(parameters);
        return tls.CertFile.Length > 0 ? tls : null;
    }

    /// <summary>Of a dialer: the server name is the URL's host unless it is given.</summary>
    public static TlsConfig? TakeDialer(ParameterSet parameters, string host, ArgumentFindings findings)
    {
        var secure = parameters.FindBool(findings, "tls.secure", "secure");
        var serverName = parameters.Find("tls.servername", "servername") is { Length: > 0 } given ? given : GoHostPort.HostOf(host);
        var tls = TakeFiles(parameters) with { Secure = secure, ServerName = serverName };
        parameters.RemoveExact("tls.secure", "secure", "tls.servername", "serverName");
        return tls.Secure || tls.CertFile.Length + tls.CaFile.Length + tls.ServerName.Length > 0 ? tls : null;
    }

    private static TlsConfig TakeFiles(ParameterSet parameters)
    {
        TlsConfig tls = new()
        {
            CertFile = parameters.Find("tls.certFile", "certFile", "cert") ?? "",
            KeyFile = parameters.Find("tls.keyFile", "keyFile", "key") ?? "",
            CaFile = parameters.Find("tls.caFile", "caFile", "ca") ?? "",
        };
        parameters.RemoveExact("tls.certFile", "certFile", "cert", "tls.keyFile", "keyFile", "key", "tls.caFile", "caFile", "ca");
        return tls;
    }
}

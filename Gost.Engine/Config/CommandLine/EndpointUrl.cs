using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Turns <c>-api</c> and <c>-metrics</c> into their objects. Source: spec/cli.md section 1; spec/api.md section 1.</summary>
internal static class EndpointUrl
{
    private const string UnixScheme = "unix://";

    /// <summary><c>[user:pass@]host:port[?pathPrefix=/x&amp;accesslog=true]</c>; null, with findings, when it cannot be read.</summary>
    public static ApiConfig? Api(string text, ArgumentFindings findings) => Read("-api", text, findings) is not { } url
        ? null
        : new ApiConfig
        {
            Addr = Address(url),
            PathPrefix = url.Parameters.Find("pathPrefix") ?? "",
            AccessLog = url.Parameters.FindBool(findings, "accesslog"),
            Auth = Auth(url),
        };

    /// <summary><c>[user:pass@]host:port[?path=/metrics]</c>; null, with findings, when it cannot be read.</summary>
    public static MetricsConfig? Metrics(string text, ArgumentFindings findings) => Read("-metrics", text, findings) is not { } url
        ? null
        : new MetricsConfig { Addr = Address(url), Path = url.Parameters.Find("path") ?? "", Auth = Auth(url) };

    private static GostUrl? Read(string flag, string text, ArgumentFindings findings)
    {
        findings.Begin(flag, text);
        return GostUrl.ParseNode(text, findings);
    }

    private static string Address(GostUrl url) => url is { Scheme: "unix", Host.Length: 0, Path.Length: > 0 } ? UnixScheme + url.Path : url.Host;

    private static AuthConfig? Auth(GostUrl url) => url.User is null ? null : new AuthConfig { Username = url.User, Password = url.Password ?? "" };
}

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// The URL of <c>-L</c>, <c>-F</c>, <c>-api</c> or <c>-metrics</c>, read with the rules of Go's URL parser. Source: spec/cli.md section 2.
/// </summary>
internal sealed class GostUrl
{
    private GostUrl(string scheme, string? user, string? password, string host, string path, ParameterSet parameters)
    {
        (Scheme, User, Password, Host, Path, Parameters) = (scheme, user, password, host, path, parameters);
    }

    /// <summary>In lower case; <c>https</c> is <c>http+tls</c>.</summary>
    public string Scheme { get; }

    /// <summary>Decoded; null = there is no userinfo.</summary>
    public string? User { get; }

    /// <summary>Decoded; null = the userinfo has no colon.</summary>
    public string? Password { get; }

    /// <summary>Host and port as written.</summary>
    public string Host { get; }

    /// <summary>In escaped form, with its leading slash; empty = none.</summary>
    public string Path { get; }

    /// <summary>The query, first values, decoded.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Reads a URL whose host is raw text (<c>-L</c>), so that it may hold port ranges; null, with findings, when it cannot be read.</summary>
    public static GostUrl? ParseListen(string text, ArgumentFindings findings) => Parse(text, rawHost: true, findings);

    /// <summary>Reads a URL whose host must be one, or a list with commas (<c>-F</c>); null, with findings, when it cannot be read.</summary>
    public static GostUrl? ParseNode(string text, ArgumentFindings findings) => Parse(text, rawHost: false, findings);

    private static GostUrl? Parse(string text, bool rawHost, ArgumentFindings findings)
    {
        text = text.Trim();
        if (text.Any(static c => c is < ' ' or '\u007f'))
        {
            findings.AddUrl("invalid control character in URL", "remove it or write it percent-encoded");
            return null;
        }

        if (text.StartsWith(':') || !text.Contains("://", StringComparison.Ordinal))
        {
            text = "auto://" + text;
        }

        var separator = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = text[..separator].ToLowerInvariant();
        if (!IsScheme(scheme))
        {
            findings.AddUrl($"'{scheme}' is not a scheme", "begin with a type such as tcp:// or with auto://");
            return null;
        }

        var authorityStart = separator + 3;
        var authorityEnd = text.AsSpan(authorityStart).IndexOfAny(rawHost ? "/?" : "/?#") is var end and >= 0 ? authorityStart + end : text.Length;
        var authority = text[authorityStart..authorityEnd];

        // What follows '#' has no meaning to GOST.
        var rest = text[authorityEnd..] is var tail && tail.IndexOf('#', StringComparison.Ordinal) is var hash and >= 0 ? tail[..hash] : tail;
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (rest, "") : (rest[..question], rest[(question + 1)..]);

        var before = findings.Count;
        var at = authority.LastIndexOf('@');
        string? user = null, password = null;
        if (at >= 0)
        {
            ReadUserInfo(authority[..at], ref user, ref password, findings);
        }

        var host = authority[(at + 1)..];
        if (!rawHost)
        {
            CheckHost(host, findings);
        }

        if (!PercentEncoding.TryEscapePath(path, out var escapedPath))
        {
            findings.AddUrl("invalid URL escape in the path", "write % as %25");
        }

        var parameters = ParameterSet.Parse(query, findings);
        return findings.Count > before
            ? null
            : new GostUrl(scheme == "https" ? "http+tls" : scheme, user, password, host, escapedPath, parameters);
    }

    private static bool IsScheme(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');

    private static void ReadUserInfo(string text, ref string? user, ref string? password, ArgumentFindings findings)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        string? secret = null;
        if (!text.All(static c => char.IsAsciiLetterOrDigit(c) || "-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal))
            || !PercentEncoding.TryDecode(colon < 0 ? text : text[..colon], plusIsSpace: false, out var name)
            || (colon >= 0 && !PercentEncoding.TryDecode(text[(colon + 1)..], plusIsSpace: false, out secret)))
        {
            findings.AddUrl("invalid userinfo", "write special characters of user and password percent-encoded");
            return;
        }

        (user, password) = (name, secret);
    }

    private static void CheckHost(string host, ArgumentFindings findings)
    {
        foreach (var c in host)
        {
            if (c < 0x80 && !char.IsAsciiLetterOrDigit(c) && !"-_.~!$&'()*+,;=:[]<>\"%".Contains(c, StringComparison.Ordinal))
            {
                findings.AddUrl($"invalid character '{c}' in host name", "write a host name or an IP address");
                return;
            }
        }

        // Go checks the last port of the text only; in a list of nodes each one counts.
        foreach (var node in host.Split(','))
        {
            var bracket = node.LastIndexOf(']');
            if (node.StartsWith('[') && bracket < 0)
            {
                findings.AddUrl("missing ']' in host", "write an IPv6 address as [::1]");
                return;
            }

            var colon = node.IndexOf(':', bracket + 1);
            var last = node.LastIndexOf(':');
            var port = node.StartsWith('[') ? node[(bracket + 1)..] : colon < 0 ? "" : node[last..];
            if (!GoHostPort.IsOptionalPort(port))
            {
                findings.AddUrl(
                    $"invalid port \"{port}\" after host",
                    port.Contains('-', StringComparison.Ordinal)
                        ? "port ranges are for -L only, name every node: a:1000,a:1001"
                        : "write the port as a number");
                return;
            }
        }
    }
}

namespace Gost.Engine.Config.CommandLine;

/// <summary>Splits and joins <c>host:port</c> as Go does, which decides what counts as an address on the command line.</summary>
internal static class GoHostPort
{
    /// <summary>False when there is no port, or the text is not of the form <c>host:port</c> or <c>[host]:port</c>.</summary>
    public static bool TrySplit(string text, out string host, out string port)
    {
        (host, port) = ("", "");
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        int hostStart, hostEnd, afterBracket;
        if (text[0] == '[')
        {
            hostEnd = text.IndexOf(']', StringComparison.Ordinal);
            if (hostEnd < 0 || hostEnd + 1 != colon)
            {
                return false;
            }

            (hostStart, afterBracket) = (1, hostEnd + 1);
        }
        else
        {
            (hostStart, hostEnd, afterBracket) = (0, colon, 0);
            if (text.AsSpan(0, colon).Contains(':'))
            {
                return false;
            }
        }

        if (text.AsSpan(hostStart).Contains('[') || text.AsSpan(afterBracket).Contains(']'))
        {
            return false;
        }

        (host, port) = (text[hostStart..hostEnd], text[(colon + 1)..]);
        return true;
    }

    /// <summary>Puts brackets around a host that contains a colon.</summary>
    public static string Join(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The host of a URL's host text without its port and brackets; a port that is not one stays.</summary>
    public static string HostOf(string hostText)
    {
        var colon = hostText.LastIndexOf(':');
        var host = colon >= 0 && IsOptionalPort(hostText.AsSpan(colon)) ? hostText[..colon] : hostText;
        return host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
    }

    /// <summary>Empty, or a colon and digits only.</summary>
    public static bool IsOptionalPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && !text[1..].ContainsAnyExceptInRange('0', '9'));
}

using System.Buffers;
using System.Globalization;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>Which characters may stand where in HTTP. Source: RFC 9110 section 5.6.2, RFC 9112 section 3.</summary>
internal static class HttpText
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly SearchValues<char> Token = SearchValues.Create(TokenCharacters);
    private static readonly SearchValues<char> Host = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=");

    /// <summary>Whether a text is a token: a method or a field name.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>Whether a text can be a field value: no control characters but tabs; one character stands for one octet.</summary>
    public static bool IsValue(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\t') || c is '\x7f' or > '\xff')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a text can be a host name in a request line. Source: RFC 3986 section 3.2.2.</summary>
    public static bool IsHostName(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Host);

    /// <summary>A field name in Go's form: <c>X-My-Header</c>.</summary>
    public static string Canonical(string name) => string.Join('-', name.Split('-').Select(
        static x => x.Length == 0 ? x : string.Concat(x[..1].ToUpper(CultureInfo.InvariantCulture), x[1..].ToLowerInvariant())));

    /// <summary>The usual text of a status; empty for one without.</summary>
    public static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        418 => "I'm a teapot",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    };
}

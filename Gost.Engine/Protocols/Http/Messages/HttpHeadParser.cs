using System.Globalization;
using System.Text;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>
/// Reads heads without side effects. Strict where leniency would let two readers see different messages: no bare CR, no NUL, no folded lines, no blank
/// before a colon. Source: RFC 9112 sections 2 to 5.
/// </summary>
internal static class HttpHeadParser
{
    /// <summary>The most header fields that a head may have.</summary>
    public const int MaxFields = 100;

    private const string VersionPrefix = "HTTP/1.";

    /// <summary>Reads a request's head: lines that end in CRLF, the last one empty. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static HttpRequestHead ParseRequest(ReadOnlySpan<byte> head)
    {
        var line = NextLine(ref head);
        var first = line.IndexOf(' ');
        var last = line.LastIndexOf(' ');
        if (first <= 0 || last <= first + 1 || !HttpText.IsToken(line.AsSpan(0, first)))
        {
            throw new HttpSyntaxException("no request line");
        }

        var target = line[(first + 1)..last];
        foreach (var c in target)
        {
            if (c is <= ' ' or '\x7f')
            {
                throw new HttpSyntaxException("a blank or control character in the request target");
            }
        }

        return new HttpRequestHead(line[..first], target, MinorOf(line[(last + 1)..]), ParseFields(head));
    }

    /// <summary>Reads a response's head. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static HttpResponseHead ParseResponse(ReadOnlySpan<byte> head)
    {
        const int VersionLength = 8;
        const int StatusEnd = VersionLength + 4;
        var line = NextLine(ref head);
        if (line.Length < StatusEnd || line[VersionLength] != ' ' || (line.Length > StatusEnd && line[StatusEnd] != ' ')
            || !int.TryParse(line.AsSpan(VersionLength + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status < 100)
        {
            throw new HttpSyntaxException("no status line");
        }

        var reason = line.Length > StatusEnd ? line[(StatusEnd + 1)..] : "";
        if (!HttpText.IsValue(reason))
        {
            throw new HttpSyntaxException("a control character in the status line");
        }

        return new HttpResponseHead(MinorOf(line[..VersionLength]), status, reason, ParseFields(head));
    }

    private static int MinorOf(string version) => version switch
    {
        VersionPrefix + "1" => 1,
        VersionPrefix + "0" => 0,
        _ => throw new HttpSyntaxException("neither HTTP/1.0 nor HTTP/1.1"),
    };

    private static HttpFields ParseFields(ReadOnlySpan<byte> lines)
    {
        HttpFields fields = new();
        string line;
        while ((line = NextLine(ref lines)).Length > 0)
        {
            if (fields.Count == MaxFields)
            {
                throw new HttpSyntaxException($"more than {MaxFields} header fields");
            }

            // A folded line begins with a blank, and so has no name.
            var colon = line.IndexOf(':');
            if (colon <= 0 || !HttpText.IsToken(line.AsSpan(0, colon)))
            {
                throw new HttpSyntaxException("a header line without a name");
            }

            var value = line.AsSpan(colon + 1).Trim(" \t");
            if (!HttpText.IsValue(value))
            {
                throw new HttpSyntaxException("a control character in a header field");
            }

            fields.Add(line[..colon], value.ToString());
        }

        return fields;
    }

    private static string NextLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0)
        {
            throw new HttpSyntaxException("the head has no end");
        }

        // One character per octet, so that what is passed on stays as it was.
        var line = Encoding.Latin1.GetString(rest[..end]);
        rest = rest[(end + 2)..];
        return line;
    }
}

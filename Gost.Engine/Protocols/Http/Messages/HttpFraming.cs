using System.Globalization;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>How a body ends.</summary>
internal enum HttpBodyEnd
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>After a number of bytes.</summary>
    Length,

    /// <summary>With the last chunk.</summary>
    Chunked,

    /// <summary>With the connection.</summary>
    Close,
}

/// <summary>
/// How the body of a message is delimited. A message that two readers could cut at different places is refused, which closes request smuggling.
/// Source: RFC 9112 section 6.3.
/// </summary>
/// <param name="End">What ends the body.</param>
/// <param name="Length">Its bytes, for <see cref="HttpBodyEnd.Length"/>.</param>
internal readonly record struct HttpFraming(HttpBodyEnd End, long Length = 0)
{
    // 18 digits always fit.
    private const int MaxLengthDigits = 18;

    /// <summary>Of a request. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static HttpFraming OfRequest(HttpRequestHead head)
    {
        var length = LengthIn(head.Fields);
        if (!IsChunked(head.Fields, head.Minor))
        {
            return length is { } known and > 0 ? new HttpFraming(HttpBodyEnd.Length, known) : new HttpFraming(HttpBodyEnd.None);
        }

        return length is null ? new HttpFraming(HttpBodyEnd.Chunked) : throw new HttpSyntaxException("both Content-Length and Transfer-Encoding");
    }

    /// <summary>Of the response to a request with this method. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static HttpFraming OfResponse(HttpResponseHead head, string method)
    {
        var length = LengthIn(head.Fields);
        var chunked = IsChunked(head.Fields, head.Minor);
        if (method == "HEAD" || head.Status is < 200 or 204 or 304)
        {
            return new HttpFraming(HttpBodyEnd.None);
        }

        // Where a server sends both, the chunks count; the length is not passed on.
        return chunked ? new HttpFraming(HttpBodyEnd.Chunked)
            : length is { } known ? new HttpFraming(known > 0 ? HttpBodyEnd.Length : HttpBodyEnd.None, known)
            : new HttpFraming(HttpBodyEnd.Close);
    }

    /// <summary>The one content length of a header, null when there is none. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static long? LengthIn(HttpFields fields)
    {
        long? length = null;
        foreach (var value in fields.All("Content-Length"))
        {
            if (value.Length > MaxLengthDigits || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || (length is not null && length != number))
            {
                throw new HttpSyntaxException("a Content-Length that is no single number");
            }

            length = number;
        }

        return length;
    }

    private static bool IsChunked(HttpFields fields, int minor)
    {
        var codings = fields.Tokens("Transfer-Encoding").ToList();
        if (codings.Count == 0)
        {
            return fields.First("Transfer-Encoding") is null ? false : throw new HttpSyntaxException("an empty Transfer-Encoding");
        }

        return codings.Count == 1 && minor > 0 && codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new HttpSyntaxException("a Transfer-Encoding other than chunked");
    }
}

using System.Collections.Frozen;
using System.Globalization;
using Gost.Engine.Protocols.Http.Messages;

namespace Gost.Engine.Protocols.Http;

/// <summary>
/// The heads that a proxy passes on: without what is meant for it alone, and with the framing that it writes itself. Source: RFC 9110 section 7.6.1,
/// spec/wire/http.md section 6.
/// </summary>
internal static class HttpHops
{
    private static readonly FrozenSet<string> ForOneHop = FrozenSet.ToFrozenSet(
        [
            "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
            "Content-Length", "Gost-Target", "X-Gost-Target", "X-Gost-Protocol", "Gost-Record",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The protocol that a request would change to; null when it names none, or has a body, which would be in the way.</summary>
    public static string? UpgradeOf(HttpRequestHead request, HttpFraming framing) =>
        framing.End == HttpBodyEnd.None && request.Minor > 0 && request.Fields.HasToken("Connection", "upgrade") ? request.Fields.First("Upgrade") : null;

    /// <summary>The head for the server. <paramref name="upgrade"/>: the protocol to change to, null = none.</summary>
    public static byte[] Request(HttpRequestHead request, HttpDestination destination, HttpFraming framing, string? upgrade, bool keepAlive)
    {
        List<HttpField> fields = [new("Host", destination.Authority)];
        foreach (var field in EndToEnd(request.Fields))
        {
            var isHost = field.Name.Equals("Host", StringComparison.OrdinalIgnoreCase);
            if (!isHost && (request.Minor > 0 || !field.Name.Equals("Expect", StringComparison.OrdinalIgnoreCase)))
            {
                fields.Add(field);
            }
        }

        if (framing.End == HttpBodyEnd.Chunked)
        {
            fields.Add(new HttpField("Transfer-Encoding", "chunked"));
        }
        else if (HttpFraming.LengthIn(request.Fields) is { } length)
        {
            fields.Add(Length(length));
        }

        AddOptions(fields, upgrade, upgrade is null && !keepAlive ? "close" : null);
        return HttpHeadWriter.Request(request.Method, destination.Path, fields);
    }

    /// <summary>The head for the client. <paramref name="chunked"/>: its body goes in chunks; <paramref name="option"/>: close, keep-alive or null.</summary>
    public static byte[] Response(HttpResponseHead response, int minor, bool chunked, string? option)
    {
        List<HttpField> fields = [.. EndToEnd(response.Fields)];
        if (chunked)
        {
            fields.Add(new HttpField("Transfer-Encoding", "chunked"));
        }
        else if (response.Status is >= 200 and not 204 && response.Fields.First("Transfer-Encoding") is null && HttpFraming.LengthIn(response.Fields) is { } length)
        {
            fields.Add(Length(length));
        }

        AddOptions(fields, response.Status == 101 ? response.Fields.First("Upgrade") : null, option);
        return HttpHeadWriter.Response(minor, response.Status, response.Reason, fields);
    }

    /// <summary>The fields that are meant for the far end.</summary>
    private static IEnumerable<HttpField> EndToEnd(HttpFields fields)
    {
        var named = fields.Tokens("Connection").Concat(fields.Tokens("Proxy-Connection")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return fields.Where(x => !ForOneHop.Contains(x.Name) && !named.Contains(x.Name));
    }

    private static void AddOptions(List<HttpField> fields, string? upgrade, string? option)
    {
        if (upgrade is not null)
        {
            fields.Add(new HttpField("Connection", "Upgrade"));
            fields.Add(new HttpField("Upgrade", upgrade));
        }
        else if (option is not null)
        {
            fields.Add(new HttpField("Connection", option));
        }
    }

    private static HttpField Length(long length) => new("Content-Length", length.ToString(CultureInfo.InvariantCulture));
}

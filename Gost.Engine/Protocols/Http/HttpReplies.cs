using Gost.Engine.Protocols.Http.Messages;

namespace Gost.Engine.Protocols.Http;

/// <summary>The proxy's own answers, in GOST's bytes. Immutable. Source: spec/wire/http.md sections 3 to 5.</summary>
internal sealed class HttpReplies
{
    private const int Minor = 1;

    private readonly HttpHandlerOptions _options;

    /// <summary>Answers with the handler's header and names.</summary>
    public HttpReplies(HttpHandlerOptions options)
    {
        _options = options;
        Established = HttpHeadWriter.Response(Minor, 200, "Connection established", [new HttpField("Proxy-Agent", options.ProxyAgent)]);
        DatagramsReady = HttpHeadWriter.Response(Minor, 200, "OK", [.. options.Header.Sorted(), new HttpField("Content-Length", "0")]);
        DatagramsRefused = HttpHeadWriter.Response(Minor, 403, "Forbidden", [.. options.Header.Sorted(), new HttpField("Content-Length", "0")]);
        BadRequest = Closing(400, []);
        Unavailable = Closing(503, [new HttpField("Proxy-Agent", options.ProxyAgent)]);
    }

    /// <summary>The tunnel is open.</summary>
    public byte[] Established { get; }

    /// <summary>Datagrams may follow.</summary>
    public byte[] DatagramsReady { get; }

    /// <summary>Datagrams are not carried.</summary>
    public byte[] DatagramsRefused { get; }

    /// <summary>The request cannot be served whatever the target.</summary>
    public byte[] BadRequest { get; }

    /// <summary>The target cannot be reached.</summary>
    public byte[] Unavailable { get; }

    /// <summary>The client is asked for credentials.</summary>
    public byte[] Unauthorized(HttpRequestHead request)
    {
        List<HttpField> fields = [new("Proxy-Authenticate", $"Basic realm=\"{_options.Realm}\"")];
        if (request.Fields.First("Proxy-Connection")?.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) == true)
        {
            fields.Add(new HttpField("Proxy-Connection", "close"));
        }

        return Closing(407, fields);
    }

    /// <summary>A decoy without content.</summary>
    public static byte[] Decoy(int status) =>
        HttpHeadWriter.Response(Minor, status, HttpText.ReasonOf(status), [new HttpField("Connection", status == 200 ? "keep-alive" : "close")]);

    /// <summary>The head of a page of a known length.</summary>
    public static byte[] Page(long length) => HttpHeadWriter.Response(Minor, 200, HttpText.ReasonOf(200), [
        new HttpField("Content-Length", length.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new HttpField("Connection", "keep-alive"),
        new HttpField("Content-Type", "text/html"),
    ]);

    private byte[] Closing(int status, IEnumerable<HttpField> own)
    {
        HttpFields fields = new();
        foreach (var (name, value) in _options.Header.Concat(own))
        {
            fields.Set(name, value);
        }

        return HttpHeadWriter.Response(Minor, status, HttpText.ReasonOf(status), fields.Sorted().Prepend(new HttpField("Connection", "close")));
    }
}

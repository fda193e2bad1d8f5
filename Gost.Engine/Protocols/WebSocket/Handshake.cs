using System.Security.Cryptography;
using System.Text;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The heads of the upgrade, in the form and order of GOST 3.2.6. Source: spec/wire/transports.md section 5, RFC 6455 section 4.</summary>
internal static class Handshake
{
    /// <summary>
    /// A Close frame from here ends one direction only, and is taken so: sent in the request, and in the response to a request that has it. Other programs
    /// do not know it, as GOST does not.
    /// </summary>
    public const string HalfCloseHeader = "Gost-Half-Close";

    /// <summary>Value of <see cref="HalfCloseHeader"/>.</summary>
    public const string HalfCloseValue = "1";

    private const string AcceptKey = "Sec-WebSocket-Accept";
    private const int KeySize = 16;

    /// <summary>A new key of a request.</summary>
    public static string CreateKey(RandomFill random)
    {
        Span<byte> key = stackalloc byte[KeySize];
        random(key);
        return Convert.ToBase64String(key);
    }

    /// <summary>The request. Go's client writes the host, then its name, then the rest by name.</summary>
    public static byte[] WriteRequest(UpgradeOptions options, string host, string key)
    {
        var agent = options.Headers.FirstOrDefault(static x => Is(x, "User-Agent")).Value ?? "Go-http-client/1.1";
        var headers = new Dictionary<string, string>
        {
            ["Connection"] = "Upgrade",
            [HalfCloseHeader] = HalfCloseValue,
            ["Sec-WebSocket-Key"] = key,
            ["Sec-WebSocket-Version"] = "13",
            ["Upgrade"] = "websocket",
        }.Concat(options.Headers.Where(static x => !Is(x, "User-Agent") && !Is(x, "Host")));
        StringBuilder text = new($"GET {options.Path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n");
        return Finish(text, headers.OrderBy(static x => x.Key, StringComparer.Ordinal));
    }

    /// <summary>Judges a request and gives its key. Throws <see cref="UpgradeException"/> with the answer that it gets.</summary>
    public static string ReadRequest(UpgradeHead head, string path)
    {
        var words = head.StartLine.Split(' ');
        if (words is not [var method, var target, "HTTP/1.1"])
        {
            throw new UpgradeException(400, "the first line is no HTTP/1.1 request");
        }

        if (Unescape(target) != Unescape(path))
        {
            throw new UpgradeException(404, $"the path is not {path}");
        }

        if (method != "GET")
        {
            throw new UpgradeException(405, "the method is not GET");
        }

        if (!head.Has("Connection", "upgrade") || !head.Has("Upgrade", "websocket"))
        {
            throw new UpgradeException(400, "the request asks for no WebSocket");
        }

        if (head.Get("Sec-WebSocket-Version") != "13")
        {
            throw new UpgradeException(400, "the version of WebSocket is not 13");
        }

        Span<byte> bytes = stackalloc byte[KeySize];
        return head.Get("Sec-WebSocket-Key") is { } key && Convert.TryFromBase64String(key, bytes, out var size) && size == KeySize
            ? key
            : throw new UpgradeException(400, "the key is not 16 bytes in Base64");
    }

    /// <summary>The response that ends the upgrade.</summary>
    public static byte[] WriteResponse(UpgradeOptions options, string key, bool halfCloses)
    {
        StringBuilder text = new("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        text.Append(AcceptKey).Append(": ").Append(Accept(key)).Append("\r\n");
        return Finish(text, halfCloses ? options.Headers.Append(KeyValuePair.Create(HalfCloseHeader, HalfCloseValue)) : options.Headers);
    }

    /// <summary>The response to a request that is no upgrade.</summary>
    public static byte[] WriteRefusal(int status)
    {
        var reason = status switch
        {
            404 => "Not Found",
            405 => "Method Not Allowed",
            431 => "Request Header Fields Too Large",
            _ => "Bad Request",
        };
        var version = status == 400 ? "Sec-WebSocket-Version: 13\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n{version}Connection: close\r\n"
            + $"Content-Length: {reason.Length + 1}\r\n\r\n{reason}\n");
    }

    /// <summary>Judges the response to a request with <paramref name="key"/>. Throws <see cref="UpgradeException"/> with the server's status, or 0 where it is at fault.</summary>
    public static void ReadResponse(UpgradeHead head, string key)
    {
        if (head.StartLine.Split(' ', 3) is not [var version, { Length: 3 } code, ..]
            || !version.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(code, out var status))
        {
            throw new UpgradeException(0, "what answers there is no HTTP server");
        }

        if (status != 101)
        {
            throw new UpgradeException(status, $"the server answered \"{status}\" instead of opening a WebSocket");
        }

        if (!head.Has("Upgrade", "websocket") || !head.Has("Connection", "upgrade") || head.Get(AcceptKey) != Accept(key))
        {
            throw new UpgradeException(0, "the server's answer does not belong to the upgrade that was asked for");
        }

        if (head.Get("Sec-WebSocket-Extensions") is { Length: > 0 })
        {
            throw new UpgradeException(0, "the server uses an extension that was not offered");
        }
    }

    /// <summary>Whether the far end announced that it keeps the directions apart.</summary>
    public static bool HalfCloses(UpgradeHead head) => head.Get(HalfCloseHeader) == HalfCloseValue;

    private static string Accept(string key) =>
#pragma warning disable CA5350 // The protocol's own choice; it only shows that the server speaks WebSocket.
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    private static byte[] Finish(StringBuilder text, IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    // A query does not take part; other paths are compared as what they mean.
    private static string Unescape(string target) => Uri.UnescapeDataString(target.Split('?', 2)[0]);

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Routing.Selectors;

namespace Gost.Engine.Protocols.Http;

/// <summary>Where a request is to go. Source: spec/wire/http.md section 3, RFC 9112 section 3.2.</summary>
/// <param name="Authority">Host and port as the request names them.</param>
/// <param name="UrlHost">The host of the request target itself, empty when only the Host field names one: what <c>knock</c> is compared with.</param>
/// <param name="Path">What the next server is asked for: path and query, <c>*</c>; the authority for CONNECT.</param>
/// <param name="IsHttp">Whether the request can be passed on; false for other schemes.</param>
internal sealed record HttpDestination(string Authority, string UrlHost, string Path, bool IsHttp)
{
    private const int ChecksumLength = 4;
    private const int MaxOverride = 1024;

    /// <summary>Reads the request target, Host and GOST's overrides. Throws <see cref="HttpSyntaxException"/>.</summary>
    public static HttpDestination Of(HttpRequestHead head)
    {
        if (head.Fields.All("Host").Skip(1).Any())
        {
            throw new HttpSyntaxException("more than one Host");
        }

        var destination = Read(head);
        foreach (var name in (ReadOnlySpan<string>)["Gost-Target", "X-Gost-Target"])
        {
            if (head.Fields.First(name) is { } text && Decode(text) is { } host)
            {
                destination = destination with { Authority = host };
            }
        }

        return destination;
    }

    /// <summary>The target; null when the authority names none.</summary>
    public Target? TargetFor(TargetNetwork network) => HttpAuthority.Parse(Authority, network);

    /// <summary>
    /// An override of the host: the checksum and the text of an address, in base64 for URLs without padding; null when it is none. Source:
    /// spec/wire/http.md section 3.
    /// </summary>
    internal static string? Decode(string text)
    {
        if (text.Length > MaxOverride || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= ChecksumLength || !Base64Url.IsValid(bytes.AsSpan(ChecksumLength)))
        {
            return null;
        }

        var host = Base64Url.DecodeFromUtf8(bytes.AsSpan(ChecksumLength));
        return BinaryPrimitives.ReadUInt32BigEndian(bytes) == Crc32.Compute(host) ? Encoding.Latin1.GetString(host) : null;
    }

    private static HttpDestination Read(HttpRequestHead head)
    {
        var host = head.Fields.First("Host") ?? "";
        var target = head.Target;
        if (target.StartsWith('/') || target == "*")
        {
            return new HttpDestination(host, "", target, IsHttp: host.Length > 0);
        }

        if (head.IsConnect)
        {
            return new HttpDestination(target, HttpAuthority.HostOf(target), target, IsHttp: true);
        }

        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            throw new HttpSyntaxException("a request target that is neither path nor URL");
        }

        var rest = target[(scheme + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        var path = end < 0 ? "" : rest[end..];

        // User and password of a URL are not for the next server. Source: RFC 9110 section 4.2.4.
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        return new HttpDestination(
            authority,
            HttpAuthority.HostOf(authority),
            path.StartsWith('/') ? path : path.Length > 0 ? "/" + path : head.Method == "OPTIONS" ? "*" : "/",
            target.AsSpan(0, scheme).Equals("http", StringComparison.OrdinalIgnoreCase));
    }
}

using Gost.Engine.Config;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Http;

/// <summary>Metadata of the handler. Source: spec/wire/http.md sections 4, 5 and 7.</summary>
internal sealed record HttpHandlerOptions
{
    private static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take for a head once it has begun, or for its first one.</summary>
    public TimeSpan HeadTimeout { get; init; } = DefaultReadTimeout;

    /// <summary>How long a server may take for the head of its response; infinite = as long as it likes.</summary>
    public TimeSpan ResponseTimeout { get; init; } = DefaultReadTimeout;

    /// <summary>Ends a tunnel without a byte for that long, and a connection that waits for its next request; zero = never.</summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>Whether datagrams are carried.</summary>
    public bool Udp { get; init; }

    /// <summary>The longest datagram; longer ones are cut.</summary>
    public int DatagramSize { get; init; } = 4096;

    /// <summary>Whether a connection to a server is used for the client's next request.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>Fields of every answer of the proxy's own but the one to CONNECT.</summary>
    public HttpFields Header { get; init; } = new();

    /// <summary>The value of <c>Proxy-Agent</c>.</summary>
    public string ProxyAgent { get; init; } = "gost/3.0";

    /// <summary>The realm that clients are asked credentials for.</summary>
    public string Realm { get; init; } = "gost";

    /// <summary>What clients without credentials are shown; null = that it is a proxy.</summary>
    public HttpDecoy? Decoy { get; init; }

    /// <summary>Hosts whose requests are asked for credentials in spite of the decoy.</summary>
    public IReadOnlyList<string> Knock { get; init; } = [];

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static HttpHandlerOptions Bind(MetadataReader metadata)
    {
        var read = metadata.GetTimeout(TimeSpan.Zero, "readTimeout");
        var idle = metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");
        return new HttpHandlerOptions
        {
            HeadTimeout = read > TimeSpan.Zero ? read : DefaultReadTimeout,
            ResponseTimeout = read > TimeSpan.Zero ? read : read < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : DefaultReadTimeout,
            IdleTimeout = idle > TimeSpan.Zero ? idle : TimeSpan.Zero,
            Udp = metadata.GetBool(false, "udp"),
            DatagramSize = UdpListenerOptions.ReadSize(metadata, 4096, ushort.MaxValue, "udp.bufferSize", "udpBufferSize"),
            KeepAlive = metadata.GetBool(false, "http.keepalive", "keepalive"),
            Header = HttpHeaderOption.Read(metadata, "header"),
            ProxyAgent = ReadValue(metadata, "gost/3.0", "proxyAgent"),
            Realm = ReadValue(metadata, "gost", "authBasicRealm"),
            Decoy = HttpDecoy.Read(metadata),
            Knock = (metadata.GetString("knock") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
    }

    private static string ReadValue(MetadataReader metadata, string fallback, string key)
    {
        var value = metadata.GetString(key);
        if (string.IsNullOrEmpty(value))
        {
            return fallback;
        }

        if (HttpText.IsValue(value) && !value.Contains('"', StringComparison.Ordinal))
        {
            return value;
        }

        metadata.Findings.Add(new Finding($"{metadata.Pointer}/{key}", $"{key} stands in a header field: no quotes, control characters or characters beyond Latin-1"));
        return fallback;
    }
}

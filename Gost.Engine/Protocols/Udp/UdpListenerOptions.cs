using Gost.Engine.Config;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Reads the metadata of listener <c>udp</c>. Source: spec/forwarding.md section 12.</summary>
internal static class UdpListenerOptions
{
    /// <summary>Largest read buffer that may be asked for, bytes; no datagram is larger.</summary>
    public const int MaxReadBuffer = 1 << 20;

    /// <summary>Largest queue or backlog that may be asked for.</summary>
    public const int MaxQueue = 1 << 16;

    /// <summary>
    /// Defaults below handlers that serve many targets in one session, and whose datagrams are nothing once they are cut (ssu): a session that ended with its
    /// first reply would lose the others. Source: spec/wire/shadowsocks.md sections 4 and 10.
    /// </summary>
    public static UdpSessionOptions OfProxies { get; } = new() { KeepAlive = true, Ttl = TimeSpan.FromSeconds(60), ReadBufferSize = ushort.MaxValue };

    /// <summary>The options; what cannot be used becomes a finding of <paramref name="metadata"/>. Zero means the default, as in GOST.</summary>
    public static UdpSessionOptions Bind(MetadataReader metadata) => Bind(metadata, new UdpSessionOptions());

    /// <summary>The same with other defaults.</summary>
    public static UdpSessionOptions Bind(MetadataReader metadata, UdpSessionOptions defaults)
    {
        return new UdpSessionOptions
        {
            KeepAlive = metadata.GetBool(defaults.KeepAlive, "keepalive"),
            Ttl = ReadTtl(metadata, defaults.Ttl, "ttl", "keepalive.ttl"),
            ReadBufferSize = ReadSize(metadata, defaults.ReadBufferSize, MaxReadBuffer, "readBufferSize", "udp.bufferSize"),
            ReadQueueSize = ReadSize(metadata, defaults.ReadQueueSize, MaxQueue, "readQueueSize", "recvQueueSize"),
            Backlog = ReadSize(metadata, defaults.Backlog, MaxQueue, "backlog"),
            Stateless = metadata.GetBool(false, "stateless"),
        };
    }

    /// <summary>A size of 1 to <paramref name="max"/>; 0 = <paramref name="fallback"/>.</summary>
    internal static int ReadSize(MetadataReader metadata, int fallback, int max, params ReadOnlySpan<string> keys)
    {
        var value = (int)metadata.GetInt(fallback, 0, max, keys);
        return value == 0 ? fallback : Math.Min(value, max);
    }

    /// <summary>The period of the idle check; zero and less = <paramref name="fallback"/>, more than a timer can wait is a finding.</summary>
    internal static TimeSpan ReadTtl(MetadataReader metadata, TimeSpan fallback, params ReadOnlySpan<string> keys)
    {
        var value = metadata.GetTimeout(fallback, keys);
        return value <= TimeSpan.Zero ? fallback : value;
    }
}

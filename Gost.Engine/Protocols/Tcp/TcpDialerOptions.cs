using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Options of the <c>tcp</c> dialer. Source: spec/forwarding.md section 12.</summary>
/// <param name="KeepAlive">Keepalive that replaces the default, null = the default.</param>
/// <param name="ProxyProtocol">Version of the PROXY header sent to the node, 0 = none.</param>
internal sealed record TcpDialerOptions(TcpKeepAlive? KeepAlive, int ProxyProtocol)
{
    private const int MaxSeconds = 32767;

    /// <summary>Reads the dialer's metadata and the node's <c>proxyProtocol</c>.</summary>
    public static TcpDialerOptions Bind(DialerBuildContext context)
    {
        var metadata = context.Metadata;
        var fallback = TcpKeepAlive.Default;
        var idle = Seconds(metadata, fallback.IdleSeconds, "keepalive.idle");
        var interval = Seconds(metadata, fallback.IntervalSeconds, "keepalive.interval");
        var count = (int)metadata.GetInt(fallback.Count, 0, 127, "keepalive.count");
        TcpKeepAlive keepAlive = new(idle, interval, count > 0 ? count : fallback.Count);
        var version = (int)context.NodeMetadata.GetInt(0, 0, 2, "proxyProtocol");
        return new TcpDialerOptions(metadata.GetBool(false, "keepalive") && keepAlive != fallback ? keepAlive : null, version);
    }

    private static int Seconds(MetadataReader metadata, int fallback, string key)
    {
        var value = metadata.GetDuration(TimeSpan.FromSeconds(fallback), key).TotalSeconds;
        return value <= 0 ? fallback : (int)Math.Clamp(Math.Ceiling(value), 1, MaxSeconds);
    }
}

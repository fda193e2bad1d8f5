using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Forward;

/// <summary>Metadata of the forwarding handlers. Source: spec/forwarding.md section 12.</summary>
/// <param name="IdleTimeout">A relay without a byte for that long is ended; zero = never.</param>
/// <param name="ProxyVersion">PROXY header sent to the target: 0 = none, 1 or 2.</param>
internal sealed record ForwardHandlerOptions(TimeSpan IdleTimeout, int ProxyVersion)
{
    private static readonly string[] SniffingKeys =
    [
        "sniffing.timeout", "sniffing.websocket", "sniffing.websocket.sampleRate", "http.keepalive",
        "mitm.certFile", "mitm.caCertFile", "mitm.keyFile", "mitm.alpn", "mitm.bypass",
    ];

    /// <summary>Reads the options; what has no effect yet becomes a warning.</summary>
    public static ForwardHandlerOptions Bind(MetadataReader metadata)
    {
        var idle = metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");

        // Bounds only the sniffing of streams; asked for so that a usual key is not reported as unknown.
        metadata.GetDuration(TimeSpan.FromSeconds(15), "readTimeout");
        if (metadata.GetBool(false, "sniffing"))
        {
            foreach (var key in SniffingKeys)
            {
                metadata.GetString(key);
            }

            metadata.Findings.Add(new Finding(
                metadata.Pointer + "/sniffing", "sniffing has no effect yet: streams are forwarded unread", FindingSeverity.Warning));
        }

        return new ForwardHandlerOptions(idle > TimeSpan.Zero ? idle : TimeSpan.Zero, (int)metadata.GetInt(0, 0, 2, "proxyProtocol"));
    }
}

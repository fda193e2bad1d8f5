using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Options of the handlers. Source: spec/wire/shadowsocks.md section 8.</summary>
/// <param name="Key">Method and password; null = unusable, which is a finding.</param>
/// <param name="ReadTimeout">How long salt and address are awaited. GOST awaits them for ever.</param>
/// <param name="IdleTimeout">A relay without a byte for that long is ended; zero = never.</param>
/// <param name="DatagramSize">Bytes of a datagram in a stream; what is longer is cut.</param>
internal sealed record ShadowsocksHandlerOptions(ShadowsocksKey? Key, TimeSpan ReadTimeout, TimeSpan IdleTimeout, int DatagramSize)
{
    private const int DefaultDatagramSize = 4096;
    private static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static ShadowsocksHandlerOptions Bind(HandlerBuildContext context)
    {
        var metadata = context.Metadata;
        metadata.GetString("key");
        if (metadata.GetMap("users").Count > 0)
        {
            Add("metadata/users", "users belong to the 2022-blake3 methods (SIP022), which this build does not support");
        }

        if (metadata.GetBool(false, "sniffing"))
        {
            metadata.Findings.Add(new Finding(
                metadata.Pointer + "/sniffing", "sniffing has no effect yet: streams are forwarded unread", FindingSeverity.Warning));
        }

        if (context.Service.Handler is { } handler && handler.Auther.Length + handler.Authers.Count > 0)
        {
            Add(handler.Auther.Length > 0 ? "auther" : "authers", "an auther cannot serve Shadowsocks, whose key is one method and password: write them into auth");
        }

        var key = ShadowsocksCredentials.Read(context.Service.Handler?.Auth, metadata);
        if (key is { Method.KeySize: 0 })
        {
            metadata.Findings.Add(new Finding(
                ShadowsocksCredentials.PlaceOf(metadata, "auth"),
                $"method {key.Method.Name} neither encrypts nor asks for a password: whoever reaches the service can use it",
                FindingSeverity.Warning));
        }

        var read = metadata.GetTimeout(DefaultReadTimeout, "readTimeout");
        var idle = metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");
        return new ShadowsocksHandlerOptions(
            key,
            read > TimeSpan.Zero ? read : DefaultReadTimeout,
            idle > TimeSpan.Zero ? idle : TimeSpan.Zero,
            UdpListenerOptions.ReadSize(metadata, DefaultDatagramSize, UdpListenerOptions.MaxReadBuffer, "udpBufferSize", "udp.bufferSize"));

        void Add(string place, string message) => metadata.Findings.Add(new Finding(ShadowsocksCredentials.PlaceOf(metadata, place), message));
    }
}

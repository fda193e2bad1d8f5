using Gost.Engine.Config;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Options of the handler. Source: spec/wire/relay.md section 10, spec/forwarding.md section 12.</summary>
/// <param name="ReadTimeout">How long the request is awaited.</param>
/// <param name="NoDelay">The answer goes out as soon as the target is reached instead of with its first data.</param>
/// <param name="IdleTimeout">A relay without a byte for that long is ended; zero = never.</param>
/// <param name="DatagramSize">Bytes of a datagram that a UDP bind or an association carries; what is longer is cut.</param>
/// <param name="Mux">The session that carries the connections of a TCP bind; null = binds are not allowed.</param>
internal sealed record RelayHandlerOptions(bool NoDelay, TimeSpan ReadTimeout, TimeSpan IdleTimeout, int DatagramSize, SmuxOptions? Mux)
{
    private const int DefaultDatagramSize = 4096;
    private const int DefaultMuxVersion = 1;
    private static readonly TimeSpan DefaultReadTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static RelayHandlerOptions Bind(MetadataReader metadata)
    {
        var timeout = metadata.GetTimeout(DefaultReadTimeout, "readTimeout");
        var idle = metadata.GetTimeout(TimeSpan.Zero, "idleTimeout");
        var size = UdpListenerOptions.ReadSize(metadata, DefaultDatagramSize, UdpListenerOptions.MaxReadBuffer, "udp.bufferSize", "udpBufferSize");
        return new RelayHandlerOptions(
            metadata.GetBool(false, "nodelay"),
            timeout > TimeSpan.Zero ? timeout : DefaultReadTimeout,
            idle > TimeSpan.Zero ? idle : TimeSpan.Zero,
            size,
            metadata.GetBool(false, "bind") ? SmuxOptions.Bind(metadata, DefaultMuxVersion) : null);
    }
}

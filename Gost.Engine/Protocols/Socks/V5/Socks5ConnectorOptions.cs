using Gost.Engine.Config;
using Gost.Engine.Protocols.Mux;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>Metadata of the connector. Source: spec/wire/socks5.md section 9, spec/forwarding.md section 12.</summary>
/// <param name="Timeout">Limit of the handshake and each request; zero = the attempt's own only.</param>
/// <param name="NoTls">Whether GOST's TLS methods are not offered.</param>
/// <param name="Standard">Whether datagrams go as RFC 1928 says (<c>relay=udp</c>), else over the connection.</param>
/// <param name="BufferSize">Longest payload of a datagram in bytes; more is cut.</param>
/// <param name="UdpTimeout">A standard association is ended after this time, used or not; zero = never.</param>
/// <param name="Mux">Sessions of MUXBIND.</param>
internal sealed record Socks5ConnectorOptions(TimeSpan Timeout, bool NoTls, bool Standard, int BufferSize, TimeSpan UdpTimeout, SmuxOptions Mux)
{
    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static Socks5ConnectorOptions Read(MetadataReader metadata) => new(
        metadata.GetTimeout(TimeSpan.Zero, "timeout"),
        metadata.GetBool(false, "notls"),
        string.Equals(metadata.GetString("relay"), "udp", StringComparison.OrdinalIgnoreCase),
        Socks5Options.Size(metadata),
        metadata.GetTimeout(TimeSpan.Zero, "udp.timeout"),
        SmuxOptions.Bind(metadata, defaultVersion: 1));
}

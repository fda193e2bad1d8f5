using System.Net;
using Gost.Engine.Config;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Mux;

namespace Gost.Engine.Protocols.Socks.V5;

/// <summary>Metadata of the handler. Source: spec/wire/socks5.md section 9, spec/forwarding.md section 12.</summary>
/// <param name="ReadTimeout">How long greeting and request may take as a whole.</param>
/// <param name="NoTls">Whether GOST's TLS methods are not taken.</param>
/// <param name="Bind">Whether clients may bind ports of this host.</param>
/// <param name="Udp">Whether clients may send datagrams.</param>
/// <param name="BufferSize">Longest payload of a datagram in bytes; more is cut.</param>
/// <param name="FirstPort">First port of UDP associations; 0 = any.</param>
/// <param name="LastPort">Last one.</param>
/// <param name="PublicHost">Host that replies name instead of this host's address; empty = none.</param>
/// <param name="Plain">Whether the streams of MUXBIND begin without a reply, as GOST v2 wants it.</param>
/// <param name="Mux">Sessions of MUXBIND.</param>
internal sealed record Socks5Options(
    TimeSpan ReadTimeout,
    bool NoTls,
    bool Bind,
    bool Udp,
    int BufferSize,
    int FirstPort,
    int LastPort,
    string PublicHost,
    bool Plain,
    SmuxOptions Mux)
{
    /// <summary>Length of a payload when nothing is said, which is GOST's.</summary>
    public const int DefaultBufferSize = 4096;

    /// <summary>Reads the options; what cannot be used becomes a finding.</summary>
    public static Socks5Options Read(MetadataReader metadata)
    {
        var first = (int)metadata.GetInt(0, 0, IPEndPoint.MaxPort, "udp.bindRange.min", "udp.minPort");
        var last = (int)metadata.GetInt(0, 0, IPEndPoint.MaxPort, "udp.bindRange.max", "udp.maxPort");
        if (last < first && last > 0)
        {
            metadata.Findings.Add(new Finding(metadata.Pointer, $"udp.bindRange.max is {last}, below udp.bindRange.min {first}"));
        }

        if (metadata.GetBool(false, "udp.resolveDomain"))
        {
            metadata.Findings.Add(new Finding(
                metadata.Pointer, "udp.resolveDomain has no effect: replies name the address they came from already", FindingSeverity.Warning));
        }

        return new Socks5Options(
            SocksOptions.ReadTimeout(metadata),
            metadata.GetBool(false, "notls"),
            metadata.GetBool(false, "bind"),
            metadata.GetBool(false, "udp"),
            Size(metadata),
            first,
            Math.Max(first, last),
            HostOf(metadata.GetString("socks.publicAddr", "publicAddr") ?? ""),
            metadata.GetBool(false, "comp"),
            SmuxOptions.Bind(metadata, defaultVersion: 1));
    }

    /// <summary>The longest payload.</summary>
    public static int Size(MetadataReader metadata) =>
        (int)metadata.GetInt(DefaultBufferSize, 1, DatagramSockets.MaxPayload, "udp.bufferSize", "udpBufferSize");

    // The port, where one is written, says nothing: each bind has its own.
    private static string HostOf(string address) => IPAddress.TryParse(address, out _) || address.LastIndexOf(':') is not (> 0 and var colon)
        ? address
        : address[..colon].Trim('[', ']');
}

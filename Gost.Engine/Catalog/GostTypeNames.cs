using System.Collections.Frozen;

namespace Gost.Engine.Catalog;

/// <summary>Every type name that GOST registers, whether or not this build can run it. Source: spec/cli.md section 2.</summary>
public static class GostTypeNames
{
    public static FrozenSet<string> Handlers { get; } = Split(
        "api auto dns file forward http http2 http3 masque metrics red redir redirect redu relay router rtcp rudp runix serial sni socks "
        + "socks4 socks4a socks5 ss sshd ssu tap tcp tun tungo tunnel udp unix");

    public static FrozenSet<string> Listeners { get; } = Split(
        "dns dtls ftcp grpc h2 h2c h3 http2 http3 icmp icmp6 kcp mtcp mtls mws mwss ohttp otls pht phts quic red redir redirect redu rtcp "
        + "rudp runix serial ssh sshd stdio tap tcp tls tun tungo udp unix ws wss wt");

    public static FrozenSet<string> Connectors { get; } = Split(
        "direct forward http http2 masque relay router serial sni socks socks4 socks4a socks5 ss sshd ssu tcp tunnel unix virtual");

    public static FrozenSet<string> Dialers { get; } = Split(
        "direct dtls ftcp grpc h2 h2c h3 h3-masque http2 http3 icmp icmp6 kcp mtcp mtls mws mwss ohttp ohttps otls pht phts quic serial ssh "
        + "sshd tcp tls udp unix utls virtual ws wss wt");

    private static FrozenSet<string> Split(string names) => names.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}

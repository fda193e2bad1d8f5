using System.Net.Quic;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>What is combined: protocols and the transports that each runs over.</summary>
internal static class Pairs
{
    private const string Shadowsocks = "aes-256-gcm:secret@";

    private static readonly string[] Transports = ["tcp", "mtcp", "tls", "mtls", "ws", "wss", "mws", "mwss", "ssh", "kcp", "quic"];

    /// <summary>Pairs for TCP.</summary>
    public static TheoryData<string, string> Tcp =>
        [.. Of("socks5", "socks4", "http", "relay", "forward"), ("sshd", "sshd"), ("ss", "tcp"), ("ss", "mtls"), ("ss", "kcp")];

    /// <summary>Pairs for UDP.</summary>
    public static TheoryData<string, string> Udp => Of("socks5", "http", "relay");

    /// <summary>Pairs for UDP that GOST itself does not serve. Source: spec/wire/shadowsocks.md sections 4 and 7.</summary>
    public static TheoryData<string, string> OwnUdp => [.. Udp, ("ssu", "udp"), ("ssu", "tcp"), ("ssu", "tls")];

    /// <summary>Pairs for rtcp and rudp.</summary>
    public static TheoryData<string, string> Bind => Of("socks5", "relay");

    /// <summary>Pairs for rtcp.</summary>
    public static TheoryData<string, string> BindTcp => [.. Bind, ("sshd", "sshd")];

    /// <summary>Skips where the transport needs a library that is not installed.</summary>
    public static void Require(string transport)
    {
#pragma warning disable CA1416 // false where the platform has none
        Assert.SkipUnless(transport != "quic" || QuicListener.IsSupported, "the native library libmsquic is not installed");
#pragma warning restore CA1416
    }

    /// <summary>The far end's <c>-L</c>.</summary>
    public static string Listen(string protocol, string transport, string target = "") =>
        $"{protocol}+{transport}://{Credentials(protocol)}127.0.0.1:{{port}}{(protocol == "forward" ? "/" + target : "?udp=true&bind=true")}{Options(transport, protocol == "forward")}";

    /// <summary>The client's <c>-F</c>.</summary>
    public static string Forward(string protocol, string transport, int port) =>
        $"{protocol}+{transport}://{Credentials(protocol)}127.0.0.1:{port}{Options(transport, isFirst: true)}";

    private static string Credentials(string protocol) => protocol switch
    {
        "ss" or "ssu" => Shadowsocks,
        "sshd" => "user:pass@",
        _ => "",
    };

    // Packets of the udp listener are sessions here; without keepalive the first answer would end each.
    private static string Options(string transport, bool isFirst) => transport == "udp" ? (isFirst ? "?" : "&") + "keepalive=true" : "";

    private static TheoryData<string, string> Of(params string[] protocols)
    {
        TheoryData<string, string> pairs = [];
        foreach (var protocol in protocols)
        {
            foreach (var transport in Transports)
            {
                pairs.Add(protocol, transport);
            }
        }

        return pairs;
    }
}

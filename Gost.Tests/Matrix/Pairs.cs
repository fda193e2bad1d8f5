using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>What is combined: protocols and the transports that each runs over.</summary>
internal static class Pairs
{
    private static readonly string[] Transports = ["tcp", "mtcp", "tls", "mtls", "ws", "wss", "mws", "mwss"];

    /// <summary>Pairs for TCP.</summary>
    public static TheoryData<string, string> Tcp => Of("socks5", "socks4", "http", "relay", "forward");

    /// <summary>Pairs for UDP.</summary>
    public static TheoryData<string, string> Udp => Of("socks5", "http", "relay");

    /// <summary>Pairs for rtcp and rudp.</summary>
    public static TheoryData<string, string> Bind => Of("socks5", "relay");

    /// <summary>The far end's <c>-L</c>.</summary>
    public static string Listen(string protocol, string transport, string target = "") =>
        $"{protocol}+{transport}://127.0.0.1:{{port}}" + (protocol == "forward" ? "/" + target : "?udp=true&bind=true");

    /// <summary>The client's <c>-F</c>.</summary>
    public static string Forward(string protocol, string transport, int port) => $"{protocol}+{transport}://127.0.0.1:{port}";

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

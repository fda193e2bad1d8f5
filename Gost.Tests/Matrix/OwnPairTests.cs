using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>Every pair of protocol and transport, both ends ours, through real sockets.</summary>
[BothLanes]
public sealed class OwnPairTests
{
    public static TheoryData<string, string> Tcp => Pairs.Tcp;

    public static TheoryData<string, string> Udp => Pairs.OwnUdp;

    public static TheoryData<string, string> Bind => Pairs.Bind;

    public static TheoryData<string, string> BindTcp => Pairs.BindTcp;

    [Theory]
    [MemberData(nameof(Tcp))]
    public async Task Tcp_ThroughThePair_ArrivesWhole(string protocol, string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await MatrixRun.TcpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(Udp))]
    public async Task Udp_ThroughThePair_IsAnswered(string protocol, string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await MatrixRun.UdpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(BindTcp))]
    public async Task RemoteTcp_ThroughThePair_ArrivesWhole(string protocol, string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await MatrixRun.RemoteTcpAsync(far, near, protocol, transport);
    }

    [Theory]
    [MemberData(nameof(Bind))]
    public async Task RemoteUdp_ThroughThePair_IsAnswered(string protocol, string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await MatrixRun.RemoteUdpAsync(far, near, protocol, transport);
    }

    [Theory]
    [InlineData("socks5+tls", "http+mws", "relay+mtcp")]
    [InlineData("relay+wss", "socks4+tcp", "socks5+mtls")]
    [InlineData("http+tcp", "relay+mwss", "socks5+ws")]
    [InlineData("relay+mtls", "relay+mtcp", "http+tls")]
    [InlineData("relay+ssh", "relay+kcp", "socks5+tcp")]
    [InlineData("relay+kcp", "http+ssh", "relay+tls")]
    public async Task Tcp_ThroughThreeHops_ArrivesWhole(string first, string second, string third)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var echo = TcpTarget.Echo();
        await using var answering = Exchange.AnswerAfterEnd();
        var hops = await HopsAsync(far, first, second, third);
        await MatrixRun.EchoesAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{echo.Address}", hops));
        await MatrixRun.HalfClosesAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{answering.Address}", hops));
    }

    [Theory]
    [InlineData("socks5+tls", "http+mws", "relay+mtcp")]
    [InlineData("http+wss", "relay+tcp", "socks5+mtls")]
    [InlineData("socks5+kcp", "relay+ssh", "relay+tcp")]
    [InlineData("relay+tls", "relay+kcp", "relay+tcp")]
    public async Task DatagramsAndBinds_ThroughThreeHops_Work(string first, string second, string third)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");
        await using var echo = TcpTarget.Echo();
        var hops = await HopsAsync(far, first, second, third);
        await Exchange.DatagramsAsync(await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", hops), "t", 1, 1400);
        await Exchange.DatagramsAsync(await near.StartAsync($"rudp://127.0.0.1:{{port}}/{target.Address}", hops), "t", 1, 1400);
        await MatrixRun.EchoesAsync(await near.StartAsync($"rtcp://127.0.0.1:{{port}}/{echo.Address}", hops));
    }

    private static async Task<string[]> HopsAsync(OwnPeer far, params string[] kinds)
    {
        var hops = new string[kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
        {
            hops[i] = $"{kinds[i]}://127.0.0.1:{await far.StartAsync(kinds[i] + "://127.0.0.1:{port}?udp=true&bind=true")}";
        }

        return hops;
    }
}

using System.Text;
using Gost.Tests.Matrix;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

/// <summary>Both ends ours, from command lines, through real sockets.</summary>
[BothLanes]
public sealed class ShadowsocksPairTests
{
    public static TheoryData<string> Methods => [.. ShadowsocksParts.Methods];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Tcp_ThroughThePair_ArrivesWholeBothWays(string method)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var echo = TcpTarget.Echo();
        await using var answering = Exchange.AnswerAfterEnd();
        var server = await far.StartAsync($"ss://{method}:pass@127.0.0.1:{{port}}");
        var forward = $"ss://{Convert.ToBase64String(Encoding.ASCII.GetBytes(method + ":pass"))}@127.0.0.1:{server}";

        await MatrixRun.EchoesAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{echo.Address}", forward));
        await MatrixRun.HalfClosesAsync(await near.StartAsync($"tcp://127.0.0.1:{{port}}/{answering.Address}", forward));
    }

    [Theory]
    [InlineData("mtcp")]
    [InlineData("tls")]
    [InlineData("mwss")]
    public async Task Tcp_OverOtherTransports_ArrivesWholeBothWays(string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var answering = Exchange.AnswerAfterEnd();
        var server = await far.StartAsync($"ss+{transport}://aes-256-gcm:pass@127.0.0.1:{{port}}");
        await MatrixRun.HalfClosesAsync(
            await near.StartAsync($"tcp://127.0.0.1:{{port}}/{answering.Address}", $"ss+{transport}://aes-256-gcm:pass@127.0.0.1:{server}"));
    }

    [Fact]
    public async Task Tcp_BehindOtherHops_ArrivesWhole()
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var echo = TcpTarget.Echo();
        var first = await far.StartAsync("socks5://127.0.0.1:{port}?notls=true");
        var second = await far.StartAsync("ss://chacha20-ietf-poly1305:pass@127.0.0.1:{port}");
        var third = await far.StartAsync("relay://127.0.0.1:{port}");

        var port = await near.StartAsync(
            $"tcp://127.0.0.1:{{port}}/{echo.Address}",
            $"socks5://127.0.0.1:{first}?notls=true", $"ss://chacha20-ietf-poly1305:pass@127.0.0.1:{second}", $"relay://127.0.0.1:{third}");

        await MatrixRun.EchoesAsync(port);
    }

    [Theory]
    [InlineData("ss", "udp", "connector ss carries TCP only: take ssu for UDP")]
    [InlineData("ssu", "tcp", "connector ssu carries UDP only: take ss for TCP")]
    [InlineData("ss+udp", "tcp", "dialer udp carries datagrams")]
    [InlineData("http+udp", "tcp", "dialer udp carries datagrams")]
    public async Task Nodes_ThatCannotDoIt_SayWhatToTake(string scheme, string network, string message)
    {
        await using OwnPeer near = new();
        await using var node = TcpTarget.Echo();
        var port = await near.StartAsync($"{network}://127.0.0.1:{{port}}/127.0.0.1:9", $"{scheme}://aes-128-gcm:pass@{node.Address}");
        using UdpClientSocket datagrams = new(port);
        await datagrams.SendAsync("x", Token);
        using var stream = network == "tcp" ? await LoopbackClient.ConnectAsync(port, Token) : null;

        await Eventually.TrueAsync(
            message,
            TimeSpan.FromSeconds(15),
            () => near.Engines[0].Control.GetStatus("service-0")?.LastError?.Message.Contains(message, StringComparison.Ordinal) == true,
            Token);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Udp_AsPackets_IsAnswered(string method)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");
        var server = await far.StartAsync($"ssu://{method}:pass@127.0.0.1:{{port}}");
        var port = await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true&readBufferSize=65507", $"ssu://{method}:pass@127.0.0.1:{server}");

        await Exchange.DatagramsAsync(port, "t", 0, 1, 512, 1400, 4000, 65_000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Exchange.DatagramsAsync(port, "t", 10 + x, 100 + x)));
    }

    [Theory]
    [InlineData("aes-128-gcm", "tcp")]
    [InlineData("none", "tcp")]
    [InlineData("chacha20-ietf-poly1305", "tls")]
    [InlineData("aes-256-gcm", "mws")]
    public async Task Udp_OverStreams_IsAnswered(string method, string transport)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");
        var server = await far.StartAsync($"ssu+{transport}://{method}:pass@127.0.0.1:{{port}}");
        var port = await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", $"ssu+{transport}://{method}:pass@127.0.0.1:{server}");

        await Exchange.DatagramsAsync(port, "t", 1, 512, 1400, 4000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(x => Exchange.DatagramsAsync(port, "t", 10 + x, 100 + x)));
    }

    [Fact]
    public async Task Packets_ManyReplies_AllComeBackInOneSession()
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using UdpTarget target = new("t", replies: 3);
        var server = await far.StartAsync("ssu://aes-256-gcm:pass@127.0.0.1:{port}");
        var port = await near.StartAsync($"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", $"ssu://aes-256-gcm:pass@127.0.0.1:{server}");
        using UdpClientSocket client = new(port);

        await client.SendAsync("x", Token);
        string?[] replies = [await client.ReceiveAsync(Token), await client.ReceiveAsync(Token), await client.ReceiveAsync(Token)];

        Assert.Equal(["t:1:x", "t:2:x", "t:3:x"], replies.Order(StringComparer.Ordinal));
        Assert.Single(target.Sources);
    }

    [Fact]
    public async Task Packets_ThroughAHopBefore_AreAnswered()
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");
        var relay = await far.StartAsync("relay://127.0.0.1:{port}");
        var server = await far.StartAsync("ssu://aes-256-gcm:pass@127.0.0.1:{port}");

        var port = await near.StartAsync(
            $"udp://127.0.0.1:{{port}}/{target.Address}?keepalive=true", $"relay://127.0.0.1:{relay}", $"ssu://aes-256-gcm:pass@127.0.0.1:{server}");

        await Exchange.DatagramsAsync(port, "t", 1, 1400);
    }

    [Fact]
    public async Task Datagrams_OverTheUdpDialer_GoToTheNodeAsTheyAre()
    {
        await using OwnPeer near = new();
        await using UdpTarget target = new("t");

        var port = await near.StartAsync("udp://127.0.0.1:{port}/192.0.2.1:9?keepalive=true", $"forward+udp://{target.Address}");

        await Exchange.DatagramsAsync(port, "t", 0, 1, 1400);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Tcp_ServerSpeaksFirst_IsHeardWithoutAByteOfTheClient(string method)
    {
        await using OwnPeer far = new();
        await using OwnPeer near = new();
        await using var greeting = TcpTarget.Echo("220 ready");
        var server = await far.StartAsync($"ss://{method}:pass@127.0.0.1:{{port}}");
        var port = await near.StartAsync($"tcp://127.0.0.1:{{port}}/{greeting.Address}", $"ss://{method}:pass@127.0.0.1:{server}");
        using var client = await LoopbackClient.ConnectAsync(port, Token);

        Assert.Equal("220 ready", await LoopbackClient.ReceiveTextAsync(client, "220 ready".Length, Token));
    }
}

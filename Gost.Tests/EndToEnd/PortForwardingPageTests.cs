using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>The page's definitions behave the same from a file, over the Web API and from the command line.</summary>
[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class PortForwardingPageTests
{
    public enum Way
    {
        File,
        Rest,
        CommandLine,
    }

    public static TheoryData<Way> EveryWay => [.. Enum.GetValues<Way>()];

    public static MatrixTheoryData<Way, bool> EveryWayKeptAliveOrNot => new(Enum.GetValues<Way>(), [false, true]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [MemberData(nameof(EveryWay))]
    public async Task Tcp_OneGibibyteEachWay_IsByteExact(Way way)
    {
        var report = new TaskCompletionSource<(long, string, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = Transfer.Target(Transfer.OneGibibyte, report);
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await StartTcpAsync(way, folder, port, target.Address, target.Address, target.Address);

        await Transfer.AssertExactAsync(port, Transfer.OneGibibyte, report.Task, Token);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(EveryWay))]
    public async Task Tcp_ThreeTargets_TakeTurns(Way way)
    {
        await using var a = TcpTarget.Echo("a");
        await using var b = TcpTarget.Echo("b");
        await using var c = TcpTarget.Echo("c");
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await StartTcpAsync(way, folder, port, a.Address, b.Address, c.Address);

        var names = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            names.Add(await LoopbackClient.GreetingAsync(port, Token));
        }

        // Two nodes share a name; they are still three targets.
        Assert.Equal(["a", "b", "c"], names.Take(3).Order());
        Assert.Equal(names.Take(3), names.Skip(3));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Way.File)]
    [InlineData(Way.Rest)]
    public async Task Tcp_TargetGone_ConnectionGoesToTheNext(Way way)
    {
        await using var b = TcpTarget.Echo("b");
        using var folder = new TempFolder();
        var port = Ports.Free();
        var gone = $"127.0.0.1:{Ports.Free()}";
        await using var gost = await StartTcpAsync(way, folder, port, gone, b.Address, gone);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("b", await LoopbackClient.GreetingAsync(port, Token));
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(EveryWayKeptAliveOrNot))]
    public async Task Udp_OneTarget_SessionEndsWithTheReplyUnlessKeptAlive(Way way, bool keepAlive)
    {
        await using var target = new UdpTarget("a", replies: 2);
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await StartUdpAsync(way, folder, port, keepAlive, target.Address);
        using var client = new UdpClientSocket(port);

        await client.SendAsync("one", Token);
        Assert.Equal("a:1:one", await client.ReceiveAsync(Token));
        if (keepAlive)
        {
            Assert.Equal("a:2:one", await client.ReceiveAsync(Token));
            await client.SendAsync("two", Token);
            Assert.Equal("a:1:two", await client.ReceiveAsync(Token));
            Assert.Equal("a:2:two", await client.ReceiveAsync(Token));
            Assert.Single(target.Sources);
        }
        else
        {
            // The session is over with its first reply: the next datagram comes from another port, and second replies have nowhere to go.
            await Eventually.TrueAsync(
                "a reply in a new session",
                TimeSpan.FromSeconds(10),
                async () =>
                {
                    await client.SendAsync("two", Token);
                    return await client.ReceiveAsync(Token, seconds: 1) == "a:1:two" && target.Sources.Count > 1;
                },
                Token);
        }
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(EveryWayKeptAliveOrNot))]
    public async Task Udp_ThreeTargets_EachClientStaysWithOne(Way way, bool keepAlive)
    {
        await using var a = new UdpTarget("a");
        await using var b = new UdpTarget("b");
        await using var c = new UdpTarget("c");
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await StartUdpAsync(way, folder, port, keepAlive, a.Address, b.Address, c.Address);

        // All stay open: the system must not give one's port, and with it the session, to the next.
        var clients = Enumerable.Range(0, 6).Select(_ => new UdpClientSocket(port)).ToList();
        var seen = new List<char>();
        for (var i = 0; i < clients.Count; i++)
        {
            var client = clients[i];
            await client.SendAsync($"{i}", Token);
            var first = await client.ReceiveAsync(Token);
            Assert.NotNull(first);
            seen.Add(first[0]);
            if (keepAlive)
            {
                await client.SendAsync("again", Token);
                Assert.Equal($"{first[0]}:1:again", await client.ReceiveAsync(Token));
            }
        }

        clients.ForEach(static x => x.Dispose());
        Assert.Equal("abc", string.Concat(seen.Take(3).Order()));
        Assert.Equal(seen.Take(3), seen.Skip(3));
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(EveryWay))]
    public async Task ChainBelowTheListener_OfATcpService_IsUsed(Way way)
    {
        await using var node = TcpTarget.Echo("n");
        using var folder = new TempFolder();
        var port = Ports.Free();
        await using var gost = await StartAsync(
            way,
            folder,
            port,
            ProtocolType.Tcp,
            PortForwardingDocuments.ChainBelowListener($":{port}", node.Address, "tcp"),
            ["-L", $"tcp://:{port}", "-F", $"forward://{node.Address}"]);

        Assert.Equal("n", await LoopbackClient.GreetingAsync(port, Token));
    }

    private static Task<GostProcess> StartTcpAsync(Way way, TempFolder folder, int port, string first, string second, string third) => StartAsync(
        way,
        folder,
        port,
        ProtocolType.Tcp,
        PortForwardingDocuments.TcpThreeTargets($":{port}", first, second, third),
        ["-L", $"tcp://:{port}/{first},{second},{third}?strategy=round&maxFails=1&failTimeout=30s"]);

    private static Task<GostProcess> StartUdpAsync(Way way, TempFolder folder, int port, bool keepAlive, params string[] targets) => StartAsync(
        way,
        folder,
        port,
        ProtocolType.Udp,
        PortForwardingDocuments.Udp($":{port}", keepAlive, targets),
        ["-L", $"udp://:{port}/{string.Join(',', targets)}?keepalive={(keepAlive ? "true" : "false")}&ttl=5s&readBufferSize=4096"]);

    private static async Task<GostProcess> StartAsync(
        Way way, TempFolder folder, int port, ProtocolType protocol, string document, string[] commandLine)
    {
        switch (way)
        {
            case Way.File:
                return await GostProcess.StartAsync(folder, port, protocol, Token, "-C", folder.Write("page.yml", document));
            case Way.CommandLine:
                return await GostProcess.StartAsync(folder, port, protocol, Token, commandLine);
            default:
                var gost = await GostProcess.StartStoreAsync(folder, Token);
                using (var body = new StringContent(document, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml")))
                {
                    using var answer = await gost.Api.PostAsync("/config/import?mode=merge", body, Token);
                    Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
                }

                return gost;
        }
    }
}

using System.Net.Sockets;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary><c>-L forward+ws://:a/target</c> and <c>-L tcp://:b -F forward+ws://:a</c> in one engine, over real sockets.</summary>
[BothLanes]
public sealed class WebSocketServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    [InlineData("mws")]
    [InlineData("mwss")]
    public async Task Chain_ClientThatHalfCloses_GetsEveryByteOfTheAnswer(string type)
    {
        await using var target = AnswersAtTheEnd();
        await using var engine = await StartAsync(type, target.Address);
        for (var i = 0; i < 3; i++)
        {
            using var client = await LiveEngine.ConnectAsync(engine.Port("near"));
            var sent = await RandomBytes.SendAsync(async x => await client.SendAsync(x, Token), 300_001, i);
            client.Shutdown(SocketShutdown.Send);

            Assert.Equal((300_001L, sent), await RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, Token)));
        }
    }

    [Fact]
    public async Task Chain_OtherPathAtTheFarEnd_FailsTheConnectionAndTheJournalSaysWhy()
    {
        await using var target = AnswersAtTheEnd();
        await using var engine = await StartAsync("ws", target.Address, ("path", "/other"));

        using var client = await LiveEngine.ConnectAsync(engine.Port("near"));
        Assert.Equal("", await LoopbackClient.ReceiveTextAsync(client, 1, Token));

        var error = engine.Control.GetStatus("near")?.LastError;
        Assert.Contains("404", error?.Message);
        Assert.Contains("/other", error?.Message);
    }

    [Fact]
    public async Task Service_RequestOfABrowser_IsToldThatNothingIsThere()
    {
        await using var target = AnswersAtTheEnd();
        await using var engine = await StartAsync("ws", target.Address);
        using var client = await LiveEngine.ConnectAsync(engine.Port("far"));

        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Token);

        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", await LoopbackClient.ReceiveTextAsync(client, 4096, Token));
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Service_MetadataThatActs_GivesNoWarning()
    {
        await using var engine = await LiveEngine.StartAsync();

        var result = await engine.CreateAsync(Far("ws", "127.0.0.1:9") with
        {
            Metadata = RoutingFixture.Map(("trustForwardedHeaders", true)),
            Listener = new ListenerConfig
            {
                Type = "ws",
                Metadata = RoutingFixture.Map(
                    ("ws.path", "/x"), ("header", RoutingFixture.Map(("X-A", "b"))), ("handshakeTimeout", "5s"), ("readHeaderTimeout", "5s"),
                    ("backlog", 128L), ("readBufferSize", 4096L), ("writeBufferSize", 4096L), ("halfCloseHold", "2s"), ("enableCompression", false)),
            },
        });

        Assert.Empty(result.Warnings);
    }

    private static async Task<LiveEngine> StartAsync(string type, string target, params (string Key, object? Value)[] dialer)
    {
        var engine = await LiveEngine.StartAsync();
        await engine.CreateAsync(Far(type, target));
        NodeConfig node = new()
        {
            Name = "n",
            Addr = $"127.0.0.1:{engine.Port("far")}",
            Connector = new ConnectorConfig { Type = "forward" },
            Dialer = new DialerConfig { Type = type, Metadata = RoutingFixture.Map(dialer) },
        };
        await engine.ApplyAsync(new CreateObject(
            ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h", Nodes = [node] }] }));
        await engine.CreateAsync(LiveEngine.Service("near", "127.0.0.1:0", "127.0.0.1:9") with
        {
            Handler = new HandlerConfig { Type = "tcp", Chain = "c" },
        });
        return engine;
    }

    private static ServiceConfig Far(string type, string target) => LiveEngine.Service("far", "127.0.0.1:0", target) with
    {
        Handler = new HandlerConfig { Type = "forward" },
        Listener = new ListenerConfig { Type = type },
    };

    /// <summary>Sends back what it got, but only once the client has ended its writing.</summary>
    private static TcpTarget AnswersAtTheEnd() => new(async (socket, ct) =>
    {
        using MemoryStream all = new();
        await using (NetworkStream stream = new(socket))
        {
            await stream.CopyToAsync(all, ct);
            await socket.SendAsync(all.ToArray(), ct);
        }

        socket.Shutdown(SocketShutdown.Send);
    });
}

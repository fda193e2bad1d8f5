using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>Chains, hops and groups that change under live services, over real sockets.</summary>
[BothLanes]
public sealed class ChainChangeTests
{
    [Fact]
    public async Task AChainThatIsReplaced_CountsForTheNextConnectionOfEveryService()
    {
        await using var first = TcpTarget.Echo("a");
        await using var second = TcpTarget.Echo("b");
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain("c", first.Address)));
        await engine.CreateAsync(Through("one", "c"));
        await engine.CreateAsync(Through("two", "c"));
        using var old = await ConnectAsync(engine, "one", "a");

        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", Chain("c", second.Address)));

        using var one = await ConnectAsync(engine, "one", "b");
        using var two = await ConnectAsync(engine, "two", "b");
        Assert.True(await LiveEngine.EchoesAsync(old));
        Assert.Equal((1, 1), (engine.Control.GetStatus("one")!.Generation, engine.Control.GetStatus("two")!.Generation));
    }

    [Fact]
    public async Task AHopThatIsReplacedOrDeleted_CountsForTheChainsThatNameIt()
    {
        await using var first = TcpTarget.Echo("a");
        await using var second = TcpTarget.Echo("b");
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Hops, Hop("h", first.Address)));
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h" }] }));
        await engine.CreateAsync(Through("one", "c"));
        using var old = await ConnectAsync(engine, "one", "a");

        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Hops, "h", Hop("h", second.Address)));
        using var after = await ConnectAsync(engine, "one", "b");
        await engine.ApplyAsync(new DeleteObject(ConfigKind.Hops, "h"));
        using var refused = await LiveEngine.ConnectAsync(engine.Port("one"));

        Assert.Equal(0, await refused.ReceiveAsync(new byte[1], LiveEngine.Token));
        Assert.True(await LiveEngine.EchoesAsync(old));
        Assert.True(await LiveEngine.EchoesAsync(after));
        var error = engine.Control.GetStatus("one")!.LastError!;
        Assert.Equal((FlowLayer.Select, "h"), (error.Layer, error.Hop));
    }

    [Fact]
    public async Task AChainThatComesLater_IsUsedByTheGroupThatNamesIt()
    {
        await using var first = TcpTarget.Echo("a");
        await using var second = TcpTarget.Echo("b");
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain("c", first.Address)));
        ChainGroupConfig group = new()
        {
            Chains = [new ChainRefConfig { Chain = "later", Matcher = new MatcherConfig { Rule = "ClientIP(`127.0.0.0/8`)" } }, new ChainRefConfig { Chain = "c" }],
        };
        await engine.CreateAsync(Through("one", "") with { Handler = new HandlerConfig { Type = "tcp", ChainGroup = group } });
        using var before = await ConnectAsync(engine, "one", "a");
        Assert.Contains("chain later does not exist: the others of its group are used", engine.Control.GetStatus("one")!.Warnings);

        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain("later", second.Address)));

        using var after = await ConnectAsync(engine, "one", "b");
        Assert.Empty(engine.Control.GetStatus("one")!.Warnings);
    }

    [Fact]
    public async Task ANodeThatRefuses_IsNamedWithItsHopInLastError()
    {
        using ClosedPort closed = new();
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain("c", closed.Address)));
        await engine.CreateAsync(Through("one", "c"));
        using var client = await LiveEngine.ConnectAsync(engine.Port("one"));

        Assert.Equal(0, await client.ReceiveAsync(new byte[1], LiveEngine.Token));

        var error = engine.Control.GetStatus("one")!.LastError!;
        Assert.Equal((FlowLayer.Dial, "h", "n"), (error.Layer, error.Hop, error.Node));
    }

    private static HopConfig Hop(string name, string addr) => new()
    {
        Name = name,
        Nodes =
        [
            new NodeConfig
            {
                Name = "n", Addr = addr, Connector = new ConnectorConfig { Type = "forward" }, Dialer = new DialerConfig { Type = "tcp" },
            },
        ],
    };

    private static ChainConfig Chain(string name, string addr) => new() { Name = name, Hops = [Hop("h", addr)] };

    private static ServiceConfig Through(string name, string chain) =>
        LiveEngine.Service(name, "127.0.0.1:0", "192.0.2.1:80") with { Handler = new HandlerConfig { Type = "tcp", Chain = chain } };

    /// <summary>A connection through the service, which ends at the target that says the name.</summary>
    private static async Task<Socket> ConnectAsync(LiveEngine engine, string service, string target)
    {
        var socket = await LiveEngine.ConnectAsync(engine.Port(service));
        var buffer = new byte[1];
        Assert.Equal(1, await socket.ReceiveAsync(buffer, LiveEngine.Token));
        Assert.Equal(target, Encoding.ASCII.GetString(buffer));
        return socket;
    }
}

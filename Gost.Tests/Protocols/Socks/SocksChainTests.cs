using System.Net.Sockets;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

/// <summary>A forwarding service, a chain and a SOCKS service in one engine, made as a user makes them.</summary>
[BothLanes]
public sealed class SocksChainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("socks4", "socks4")]
    [InlineData("socks4a", "socks4a")]
    [InlineData("socks5", "socks5")]
    [InlineData("socks", "socks")]
    public async Task Tcp_ThroughSocks_ForwardsAndHalfCloses(string handler, string connector)
    {
        await using var target = TcpTarget.Echo();
        await using var live = await LiveEngine.StartAsync();
        await live.CreateAsync(Far(handler, null));
        await ChainAsync(live, Hop(live, connector, null));
        await live.CreateAsync(Near("tcp", target.Address));

        using var client = await LiveEngine.ConnectAsync(live.Port("near"));
        await client.SendAsync("hello"u8.ToArray(), Token);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("hello", await LoopbackClient.ReceiveTextAsync(client, 6, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("udp")]
    public async Task Udp_ThroughSocks_Forwards(string relay)
    {
        await using UdpTarget target = new("a");
        await using var live = await LiveEngine.StartAsync();
        await live.CreateAsync(Far("socks5", SocksParts.User, ("udp", true)));
        await ChainAsync(live, Hop(live, "socks5", SocksParts.User, ("relay", relay)));
        await live.CreateAsync(Near("udp", $"localhost:{target.Port}", ("keepalive", true)));
        using UdpClientSocket client = new(live.Port("near"));

        await client.SendAsync("1", Token);
        Assert.Equal("a:1:1", await client.ReceiveAsync(Token, seconds: 20));
        await client.SendAsync("2", Token);
        Assert.Equal("a:1:2", await client.ReceiveAsync(Token, seconds: 20));
        Assert.Single(target.Sources);
    }

    [Fact]
    public async Task Udp_ThroughTwoHops_IsAssociatedAtTheLast()
    {
        await using UdpTarget target = new("a");
        await using var live = await LiveEngine.StartAsync();
        await live.CreateAsync(Far("socks5", null, ("udp", true)));
        await ChainAsync(live, Hop(live, "socks4", null), Hop(live, "socks5", null));
        await live.CreateAsync(Near("udp", $"127.0.0.1:{target.Port}"));
        await live.CreateAsync(Far("socks4", null) with { Name = "first" });
        await live.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", new ChainConfig
        {
            Name = "c",
            Hops = [Hop(live, "socks4", null) with { Nodes = [Node(live, "first", "socks4", null)] }, Hop(live, "socks5", null) with { Name = "h2" }],
        }));
        using UdpClientSocket client = new(live.Port("near"));

        await client.SendAsync("1", Token);

        Assert.Equal("a:1:1", await client.ReceiveAsync(Token, seconds: 20));
    }

    [Fact]
    public async Task Status_FarEndThatWantsNoDatagrams_SaysWhatMendsIt()
    {
        await using var live = await LiveEngine.StartAsync();
        await live.CreateAsync(Far("socks5", null));
        await ChainAsync(live, Hop(live, "socks5", null));
        await live.CreateAsync(Near("udp", "127.0.0.1:9"));
        using UdpClientSocket client = new(live.Port("near"));

        await client.SendAsync("1", Token);
        await Eventually.TrueAsync(
            "an error in both statuses",
            TimeSpan.FromSeconds(20),
            () => live.Control.GetStatus("near")?.LastError is not null && live.Control.GetStatus("far")?.LastError is not null,
            Token);

        Assert.EndsWith("UDP is disabled at the far end: add udp=true", live.Control.GetStatus("near")?.LastError?.Message);
        Assert.Equal("UDP is disabled here: add udp=true", live.Control.GetStatus("far")?.LastError?.Message);
    }

    [Fact]
    public async Task Status_WrongPassword_NamesNodeAndLayer()
    {
        await using var live = await LiveEngine.StartAsync();
        await live.CreateAsync(Far("socks5", SocksParts.User));
        await ChainAsync(live, Hop(live, "socks5", SocksParts.User with { Password = "x" }));
        await live.CreateAsync(Near("tcp", "127.0.0.1:9"));

        using (var client = await LiveEngine.ConnectAsync(live.Port("near")))
        {
            Assert.Equal("", await LoopbackClient.ReceiveTextAsync(client, 1, Token));
        }

        await Eventually.TrueAsync("an error in the status", TimeSpan.FromSeconds(20), () => live.Control.GetStatus("near")?.LastError is not null, Token);
        var error = live.Control.GetStatus("near")!.LastError!; // awaited above
        Assert.Equal((Gost.Engine.Abstractions.FlowLayer.Authentication, "h", "far"), (error.Layer, error.Hop, error.Node));
    }

    private static ServiceConfig Far(string handler, AuthConfig? auth, params (string, object?)[] metadata) =>
        SocksParts.Service(handler, auth, metadata) with { Listener = new ListenerConfig { Type = "tcp" } };

    private static ServiceConfig Near(string type, string target, params (string Key, object? Value)[] metadata) => new()
    {
        Name = "near",
        Addr = "127.0.0.1:0",
        Handler = new HandlerConfig { Type = type, Chain = "c" },
        Listener = new ListenerConfig { Type = type, Metadata = Map(metadata) },
        Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = target }] },
    };

    private static Task<ChangeApplied> ChainAsync(LiveEngine live, params HopConfig[] hops) =>
        live.ApplyAsync(new CreateObject(ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [.. hops.Select(static (x, i) => i == 0 ? x : x with { Name = $"h{i}" })] }));

    private static HopConfig Hop(LiveEngine live, string connector, AuthConfig? auth, params (string Key, object? Value)[] metadata) =>
        new() { Name = "h", Nodes = [Node(live, "far", connector, auth, metadata)] };

    private static NodeConfig Node(LiveEngine live, string service, string connector, AuthConfig? auth, params (string Key, object? Value)[] metadata) => new()
    {
        Name = service,
        Addr = $"127.0.0.1:{live.Port(service)}",
        Connector = new ConnectorConfig { Type = connector, Auth = auth, Metadata = Map(metadata) },
        Dialer = new DialerConfig { Type = "tcp" },
    };

    private static ConfigMap<object?> Map((string Key, object? Value)[] entries) => new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));
}

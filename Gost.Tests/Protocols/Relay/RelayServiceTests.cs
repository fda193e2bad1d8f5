using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

/// <summary>A forwarding service, a chain of one relay node, and the relay service, in one engine over loopback.</summary>
[BothLanes]
public sealed class RelayServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool> NoDelays => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(NoDelays))]
    public async Task Stream_ServerSpeaksFirst_GreetingAndEchoPass(bool clientNoDelay, bool serverNoDelay)
    {
        await using var target = TcpTarget.Echo("220 ready");
        await using var live = await StartAsync(
            LiveEngine.Service("client", "127.0.0.1:0", target.Address), server: Map(("nodelay", serverNoDelay)), connector: Map(("nodelay", clientNoDelay)));

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("220 ready", await ReceiveAsync(socket, 9));
        await socket.SendAsync("HELO"u8.ToArray(), Token);
        Assert.Equal("HELO", await ReceiveAsync(socket, 4));
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("mtcp")]
    [InlineData("mws")]
    public async Task Stream_OverOtherTransports_ServerSpeaksFirstAndHalfCloseGetsTheAnswer(string transport)
    {
        await using var target = TcpTarget.Echo("220 ready");
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", target.Address), transport: transport);

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("220 ready", await ReceiveAsync(socket, 9));
        await socket.SendAsync("HELO"u8.ToArray(), Token);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("HELO", await ReceiveAsync(socket, 100));
    }

    [Theory]
    [MemberData(nameof(NoDelays))]
    public async Task Stream_ClientHalfClosesAfterItsLastByte_GetsTheWholeAnswer(bool clientNoDelay, bool serverNoDelay)
    {
        await using HalfCloseTarget target = new();
        await using var live = await StartAsync(
            LiveEngine.Service("client", "127.0.0.1:0", target.Address), server: Map(("nodelay", serverNoDelay)), connector: Map(("nodelay", clientNoDelay)));
        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        await target.AskAsync(socket, Token);
    }

    [Fact]
    public async Task Stream_ClientSendsNothingAndHalfCloses_GetsTheAnswer()
    {
        await using TcpTarget target = new(async (socket, ct) =>
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], ct));
            await socket.SendAsync("bye"u8.ToArray(), ct);
            socket.Shutdown(SocketShutdown.Send);
        });
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", target.Address));
        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("bye", await ReceiveAsync(socket, 100));
    }

    [Fact]
    public async Task Datagrams_ThroughRelay_AreAnsweredOneByOne()
    {
        await using UdpTarget target = new("t", replies: 2);
        await using var live = await StartAsync(Datagrams(target.Address));
        using UdpClientSocket client = new(live.Port("client"));

        await client.SendAsync("one", Token);
        Assert.Equal("t:1:one", await client.ReceiveAsync(Token));
        Assert.Equal("t:2:one", await client.ReceiveAsync(Token));
        await client.SendAsync("", Token);
        Assert.Equal("t:1:", await client.ReceiveAsync(Token));
        Assert.Single(target.Sources);
    }

    [Fact]
    public async Task Datagrams_AsLargeAsTheyGet_AreNotCut()
    {
        await using UdpTarget target = new("t");
        var service = Datagrams(target.Address);
        await using var live = await StartAsync(service with
        {
            Listener = service.Listener! with { Metadata = Map(("keepalive", true), ("readBufferSize", 65507L)) }, // Datagrams has one
        });
        using UdpClientSocket client = new(live.Port("client"));
        var text = new string('x', 60_000);

        await client.SendAsync(text, Token);

        Assert.Equal("t:1:" + text, await client.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Stream_ServiceWithTargetsOfItsOwn_ForwardsThePlaceholder()
    {
        await using var target = TcpTarget.Echo("mine");
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0"), forwardTo: target.Address);

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("mine", await ReceiveAsync(socket, 4));
    }

    [Fact]
    public async Task Datagrams_ServiceWithTargetsOfItsOwn_ForwardsThePlaceholder()
    {
        await using UdpTarget target = new("mine");
        await using var live = await StartAsync(Datagrams(), forwardTo: target.Address);
        using UdpClientSocket client = new(live.Port("client"));

        await client.SendAsync("x", Token);

        Assert.Equal("mine:1:x", await client.ReceiveAsync(Token));
    }

    [Fact]
    public async Task Credentials_Right_Pass()
    {
        await using var target = TcpTarget.Echo("in");
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", target.Address), serverAuth: ("u", "p"), clientAuth: ("u", "p"));

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("in", await ReceiveAsync(socket, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Credentials_WrongOrMissing_CloseTheClientAndAreNamedInTheStatus(bool missing)
    {
        await using var target = TcpTarget.Echo("in");
        await using var live = await StartAsync(
            LiveEngine.Service("client", "127.0.0.1:0", target.Address), serverAuth: ("u", "p"), clientAuth: missing ? null : ("u", "x"));

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("", await ReceiveAsync(socket, 1));
        Assert.Equal(0, target.Accepted);
        await AssertErrorAsync(live, "client", FlowLayer.Authentication, "relay-node", "hop");
        await AssertErrorAsync(live, "server", FlowLayer.Authentication, null);
    }

    [Fact]
    public async Task Target_Refused_ClosesTheClientAndIsNamedInTheStatus()
    {
        using ClosedPort closed = new();
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", closed.Address));

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));
        await socket.SendAsync("hello"u8.ToArray(), Token);

        Assert.Equal("", await ReceiveAsync(socket, 1));
        await AssertErrorAsync(live, "client", FlowLayer.Connect, "relay-node");
    }

    [Fact]
    public async Task Datagrams_Unauthenticated_AreNamedInTheStatus()
    {
        await using UdpTarget target = new("t");
        await using var live = await StartAsync(Datagrams(target.Address), serverAuth: ("u", "p"));
        using UdpClientSocket client = new(live.Port("client"));

        await client.SendAsync("x", Token);

        await AssertErrorAsync(live, "client", FlowLayer.Authentication, "relay-node", "hop");
        Assert.Empty(target.Sources);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task Credentials_WrongAtOneOfTwoHops_AreThatNodesFault(string refusing)
    {
        await using var target = TcpTarget.Echo("in");
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", target.Address), serverAuth: ("u", "p"));
        await live.CreateAsync(new ServiceConfig
        {
            Name = "second-server",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "relay", Auth = Auth(("u", "p")) },
            Listener = new ListenerConfig { Type = "tcp" },
        });
        HopConfig[] hops = [Hop("first", "server"), Hop("second", "second-server")];
        await live.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "chain", new ChainConfig { Name = "chain", Hops = [.. hops] }));

        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        Assert.Equal("", await ReceiveAsync(socket, 1));
        await AssertErrorAsync(live, "client", FlowLayer.Authentication, $"{refusing}-node", refusing);
        Assert.Equal(0, target.Accepted);

        HopConfig Hop(string name, string service) => new()
        {
            Name = name,
            Nodes =
            [
                new NodeConfig
                {
                    Name = $"{name}-node",
                    Addr = $"127.0.0.1:{live.Port(service)}",
                    Connector = new ConnectorConfig { Type = "relay", Auth = Auth(("u", name == refusing ? "x" : "p")) },
                    Dialer = new DialerConfig { Type = "tcp" },
                },
            ],
        };
    }

    [Fact]
    public async Task Request_ThatNeverComes_EndsAfterTheReadTimeout()
    {
        await using var live = await StartAsync(LiveEngine.Service("client", "127.0.0.1:0", "127.0.0.1:1"), server: Map(("readTimeout", "100ms")));
        using var socket = await LiveEngine.ConnectAsync(live.Port("server"));
        await socket.SendAsync(new byte[] { 1, 1 }, Token);

        Assert.Equal("", await ReceiveAsync(socket, 1));
        await AssertErrorAsync(live, "server", FlowLayer.Handshake, null);
    }

    private static async Task<LiveEngine> StartAsync(
        ServiceConfig client,
        ConfigMap<object?>? server = null,
        ConfigMap<object?>? connector = null,
        string? forwardTo = null,
        (string Username, string Password)? serverAuth = null,
        (string Username, string Password)? clientAuth = null,
        string transport = "tcp")
    {
        var live = await LiveEngine.StartAsync();
        await live.CreateAsync(new ServiceConfig
        {
            Name = "server",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "relay", Auth = Auth(serverAuth), Metadata = server ?? ConfigMap<object?>.Empty },
            Listener = new ListenerConfig { Type = transport },
            Forwarder = forwardTo is null ? null : new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = forwardTo }] },
        });
        NodeConfig node = new()
        {
            Name = "relay-node",
            Addr = $"127.0.0.1:{live.Port("server")}",
            Connector = new ConnectorConfig { Type = "relay", Auth = Auth(clientAuth), Metadata = connector ?? ConfigMap<object?>.Empty },
            Dialer = new DialerConfig { Type = transport },
        };
        await live.ApplyAsync(new CreateObject(
            ConfigKind.Chains, new ChainConfig { Name = "chain", Hops = [new HopConfig { Name = "hop", Nodes = [node] }] }));
        await live.CreateAsync(client with { Handler = client.Handler! with { Chain = "chain" } }); // the clients of these tests have one
        return live;
    }

    private static ServiceConfig Datagrams(params string[] targets) => LiveEngine.Service("client", "127.0.0.1:0", targets) with
    {
        Handler = new HandlerConfig { Type = "udp" },
        Listener = new ListenerConfig { Type = "udp", Metadata = Map(("keepalive", true)) },
    };

    private static AuthConfig? Auth((string Username, string Password)? auth) =>
        auth is { } x ? new AuthConfig { Username = x.Username, Password = x.Password } : null;

    private static ConfigMap<object?> Map(params (string Key, object? Value)[] entries) => new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    private static async Task AssertErrorAsync(LiveEngine live, string service, FlowLayer layer, string? node, string? hop = null)
    {
        await Eventually.TrueAsync(
            $"an error of {service}",
            TimeSpan.FromSeconds(10),
            () => Task.FromResult(live.Control.GetStatus(service)?.LastError is not null),
            Token);
        var error = live.Control.GetStatus(service)!.LastError!; // just seen
        Assert.Equal((layer, hop, node), (error.Layer, error.Hop, error.Node));
    }

    /// <summary>Reads a number of bytes, or to the end.</summary>
    private static async Task<string> ReceiveAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        var have = 0;
        try
        {
            int read;
            while (have < count && (read = await socket.ReceiveAsync(buffer.AsMemory(have), Token)) > 0)
            {
                have += read;
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // An end as well.
        }

        return Encoding.ASCII.GetString(buffer, 0, have);
    }
}

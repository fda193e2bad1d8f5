using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Quic;

/// <summary>The listener and dialer <c>quic</c> over connections in memory, in an engine with real sockets at both outer ends.</summary>
[BothLanes]
public sealed class QuicServiceTests
{
    private readonly FakeQuicStack _stack = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_Many_ShareOneConnection_AndEchoPasses()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await LiveEngine.ServesAsync(live.Port("client")));
        }

        Assert.Single(_stack.Dialled);
    }

    [Fact]
    public async Task ClientHalfCloses_GetsTheWholeAnswer()
    {
        await using HalfCloseTarget target = new();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));

        await target.AskAsync(socket, Token);
    }

    [Fact]
    public async Task ConnectionThatBreaks_IsDialledAgain()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        using var before = await LiveEngine.ConnectAsync(live.Port("client"));
        Assert.True(await LiveEngine.EchoesAsync(before));

        _stack.Dialled[0].Break("no answer for 90 s");

        Assert.Equal(0, await ReceiveOrResetAsync(before));
        Assert.True(await LiveEngine.ServesAsync(live.Port("client")));
        Assert.Equal(2, _stack.Dialled.Count);
    }

    [Fact]
    public async Task ServiceChangedAtTheSameAddress_KeepsPortAndConnections()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));
        Assert.True(await LiveEngine.EchoesAsync(socket));
        var port = live.Port("server");

        await live.ApplyAsync(new ReplaceObject(ConfigKind.Services, "server", QuicPair.Server(listener: QuicPair.Map(("maxStreams", 7L)))));

        Assert.Equal((port, 1), (live.Port("server"), _stack.Bound));
        Assert.True(await LiveEngine.EchoesAsync(socket));
        _stack.Dialled[0].Break("gone");
        Assert.True(await LiveEngine.ServesAsync(live.Port("client")));
        Assert.Equal(7, _stack.LastTerms!.Options.MaxStreams); // served just now
    }

    [Fact]
    public async Task ServiceRemoved_ClosesThePortAndIdleConnections_ButNoneInUse()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        var socket = await LiveEngine.ConnectAsync(live.Port("client"));
        Assert.True(await LiveEngine.EchoesAsync(socket));

        await live.ApplyAsync(new DeleteObject(ConfigKind.Services, "server"));

        Assert.Equal(0, _stack.Bound);
        Assert.True(await LiveEngine.EchoesAsync(socket));
        socket.Dispose();
        await Eventually.TrueAsync("the connection is closed", TimeSpan.FromSeconds(20), () => _stack.Dialled[0].IsClosed, Token);
    }

    [Fact]
    public async Task Handshake_OfBothEnds_HasTls13AndAlpn()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address, dialer: QuicPair.Map(("ttl", "4s")));
        Assert.True(await LiveEngine.ServesAsync(live.Port("client")));
        var (client, options, from) = _stack.LastDial!.Value; // dialled just now
        var server = _stack.LastTerms!.Tls;
        SslApplicationProtocol[] alpn = [SslApplicationProtocol.Http3, new("quic/v1")];
        Assert.Equal((SslProtocols.Tls13, SslProtocols.Tls13), (client.EnabledSslProtocols, server.EnabledSslProtocols));
        Assert.Equal(alpn, client.ApplicationProtocols);
        Assert.Equal(alpn, server.ApplicationProtocols);
        Assert.NotNull(server.ServerCertificateContext);
        Assert.Equal(TimeSpan.FromSeconds(4), options.KeepAlive);
        Assert.Null(from);
    }

    [Fact]
    public async Task HandshakeOfOneClientFails_IsAnErrorOfTheServiceAndNoMore()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        _stack.FailHandshake(live.Port("server"), "no common protocol");
        await Eventually.TrueAsync("the error", TimeSpan.FromSeconds(10), () => live.Control.GetStatus("server")!.LastError is not null, Token);
        Assert.Contains("no common protocol", live.Control.GetStatus("server")!.LastError!.Message, StringComparison.Ordinal); // just seen
        Assert.True(await LiveEngine.ServesAsync(live.Port("client")));
    }

    [Fact]
    public async Task ClientThatIsNotAdmitted_IsRefusedBeforeItsHandshake()
    {
        await using var live = await LiveEngine.StartAsync(catalog: QuicPair.Catalog(_stack));
        await live.ApplyAsync(new CreateObject(ConfigKind.Admissions, new AdmissionConfig { Name = "nobody", Matchers = ["0.0.0.0/0"] }));
        await live.CreateAsync(QuicPair.Server() with { Admission = "nobody" });
        var error = await Assert.ThrowsAsync<FlowException>(async () => await _stack.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, live.Port("server")), null, new SslClientAuthenticationOptions(), new(), Token));
        Assert.Contains("not served", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeBehindAnotherHop_IsRefusedWithTheReason()
    {
        await using var target = TcpTarget.Echo();
        await using var live = await QuicPair.StartAsync(QuicPair.Catalog(_stack), target.Address);
        await live.CreateAsync(new ServiceConfig
        {
            Name = "first",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "relay" },
            Listener = new ListenerConfig { Type = "tcp" },
        });
        NodeConfig first = new()
        {
            Name = "first",
            Addr = $"127.0.0.1:{live.Port("first")}",
            Connector = new ConnectorConfig { Type = "relay" },
            Dialer = new DialerConfig { Type = "tcp" },
        };
        await live.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "chain", new ChainConfig
        {
            Name = "chain",
            Hops = [new HopConfig { Name = "one", Nodes = [first] }, new HopConfig { Name = "two", Nodes = [QuicPair.Node(live.Port("server"))] }],
        }));
        using var socket = await LiveEngine.ConnectAsync(live.Port("client"));
        Assert.Equal(0, await ReceiveOrResetAsync(socket));
        await Eventually.TrueAsync("the error", TimeSpan.FromSeconds(10), () => live.Control.GetStatus("client")!.LastError is not null, Token);
        Assert.Contains("put the quic node first", live.Control.GetStatus("client")!.LastError!.Message, StringComparison.Ordinal); // just seen
    }

    [Fact]
    public async Task WithoutTheLibrary_ListenerAndDialerAreRefusedAtValidation()
    {
        const string Obstacle = "QUIC needs the native library libmsquic";
        await using var live = await LiveEngine.StartAsync(catalog: QuicPair.Catalog(new FakeQuicStack { Obstacle = Obstacle }));
        var service = Assert.IsType<ChangeRefused>(await live.Control.ApplyAsync(new CreateObject(ConfigKind.Services, QuicPair.Server()), Token));
        Assert.Contains(service.Findings, static x => x is { Pointer: "/listener/type", Message: Obstacle, Severity: FindingSeverity.Error });
        ChainConfig config = new() { Name = "chain", Hops = [new HopConfig { Name = "hop", Nodes = [QuicPair.Node(1)] }] };
        var chain = Assert.IsType<ChangeRefused>(await live.Control.ApplyAsync(new CreateObject(ConfigKind.Chains, config), Token));
        Assert.Contains(chain.Findings, static x => x is { Pointer: "/hops/0/nodes/0/dialer/type", Message: Obstacle, Severity: FindingSeverity.Error });
    }

    [Theory]
    [InlineData("interface", "lo", true)]
    [InlineData("so_mark", "7", true)]
    [InlineData("netns", "blue", true)]
    [InlineData("interface", "127.0.0.1", false)]
    public async Task NodeWhoseSocketIsToBeBound_IsRefusedUnlessByAnAddress(string key, string value, bool isRefused)
    {
        await using var live = await LiveEngine.StartAsync(catalog: QuicPair.Catalog(_stack));
        ChainConfig config = new() { Name = "chain", Hops = [new HopConfig { Name = "hop", Nodes = [QuicPair.Node(1) with { Metadata = QuicPair.Map((key, value)) }] }] };
        Assert.Equal(isRefused, await live.Control.ApplyAsync(new CreateObject(ConfigKind.Chains, config), Token) is ChangeRefused);
    }

    private static async Task<int> ReceiveOrResetAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Token);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}

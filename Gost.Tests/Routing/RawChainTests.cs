using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Routing;

/// <summary>Forwarders, routers and sockets together, over loopback.</summary>
public sealed class RawChainTests
{
    private readonly RoutingFixture _fixture = new(realTime: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_ThreeForwardHops_PassesEveryNodeToTheLastOnesTarget()
    {
        await using var target = TcpTarget.Echo("target");
        await using var third = Relay(target.Port);
        await using var second = Relay(third.Port);
        await using var first = Relay(second.Port);
        SetChain([Hop("h1", first.Address, "forward"), Hop("h2", second.Address, "forward"), Hop("h3", third.Address, "forward")]);
        var forwarder = _fixture.Forwarder(Service(null));

        await using var stream = await forwarder.DialAsync(RoutingFixture.From("127.0.0.1"), Token);

        Assert.Equal("target", await ReadAsync(stream, 6));
        await stream.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal("hello", await ReadAsync(stream, 5));
        await stream.CompleteWritesAsync(Token);
        Assert.Equal("", await ReadAsync(stream, 1));
        Assert.Equal([1, 1, 1, 1], [first.Accepted, second.Accepted, third.Accepted, target.Accepted]);
    }

    [Fact]
    public async Task Dial_NodeThatWantsAProxyHeader_GetsItFirst()
    {
        await using var node = TcpTarget.Echo();
        var hop = Hop("h1", node.Address, "tcp");
        SetChain([hop with { Metadata = RoutingFixture.Map(("proxyProtocol", 1L)) }]);
        var inbound = RoutingFixture.From("10.1.2.3", new IPEndPoint(IPAddress.Parse("10.0.0.9"), 80));

        await using var stream = await _fixture.Forwarder(Service(null)).DialAsync(inbound, Token);

        const string Header = "PROXY TCP4 10.1.2.3 10.0.0.9 40000 80\r\n";
        Assert.Equal(Header, await ReadAsync(stream, Header.Length));
    }

    [Fact]
    public async Task Dial_DeadNode_FailsWithItsNameAndNothingGoesDirect()
    {
        await using var target = TcpTarget.Echo("target");
        using ClosedPort dead = new();
        SetChain([Hop("h1", dead.Address, "tcp")]);
        var forwarder = _fixture.Forwarder(Service(target.Address));

        var exception = await Assert.ThrowsAsync<FlowException>(() => forwarder.DialAsync(RoutingFixture.From("127.0.0.1"), Token).AsTask());

        Assert.Equal((FlowError.Refused, "h1", "n"), (exception.Error, exception.Hop, exception.Node));
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Dial_DirectNode_ReachesTheTargetFromThisHost()
    {
        await using var target = TcpTarget.Echo("target");
        SetChain([Hop("h1", ":0", "direct", "direct")]);

        await using var stream = await _fixture.Forwarder(Service(target.Address)).DialAsync(RoutingFixture.From("127.0.0.1"), Token);

        Assert.Equal("target", await ReadAsync(stream, 6));
    }

    [Fact]
    public async Task Dial_RejectingNode_GivesADeadStream()
    {
        await using var target = TcpTarget.Echo("target");
        var hop = Hop("h1", ":0", "virtual", "virtual");
        var node = hop.Nodes[0];
        SetChain([hop with { Nodes = [node with { Connector = node.Connector! with { Metadata = RoutingFixture.Map(("action", "reject")) } }] }]);

        await using var stream = await _fixture.Forwarder(Service(target.Address)).DialAsync(RoutingFixture.From("127.0.0.1"), Token);

        Assert.Equal("", await ReadAsync(stream, 1));
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Dial_DirectNodeAfterAnother_IsRefused()
    {
        await using var first = TcpTarget.Echo("first");
        await using var target = TcpTarget.Echo("target");
        SetChain([Hop("h1", first.Address, "tcp"), Hop("h2", ":0", "direct", "direct")]);

        var exception = await Assert.ThrowsAsync<FlowException>(
            () => _fixture.Forwarder(Service(target.Address)).DialAsync(RoutingFixture.From("127.0.0.1"), Token).AsTask());

        Assert.Equal((FlowError.Unsupported, "h2"), (exception.Error, exception.Hop));
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Dial_DirectConnectorBehindAnotherDialer_IsRefused()
    {
        await using var first = TcpTarget.Echo("first");
        await using var target = TcpTarget.Echo("target");
        SetChain([Hop("h1", first.Address, "forward"), Hop("h2", "127.0.0.1:1", "direct")]);

        var exception = await Assert.ThrowsAsync<FlowException>(
            () => _fixture.Forwarder(Service(target.Address)).DialAsync(RoutingFixture.From("127.0.0.1"), Token).AsTask());

        Assert.Equal(FlowError.Unsupported, exception.Error);
        Assert.Equal(0, target.Accepted);
    }

    [Fact]
    public async Task Dial_RefusedTarget_FallsOverToTheListeningOne()
    {
        await using var target = TcpTarget.Echo("alive");
        using ClosedPort dead = new();
        var forwarder = _fixture.Forwarder(new ServiceConfig
        {
            Name = "s",
            Handler = new HandlerConfig { Type = "tcp" },
            Forwarder = new ForwarderConfig
            {
                Nodes = [RoutingFixture.TargetNode("dead", dead.Address), RoutingFixture.TargetNode("alive", target.Address)],
            },
        });

        for (var i = 0; i < 4; i++)
        {
            await using var stream = await forwarder.DialAsync(RoutingFixture.From("127.0.0.1"), Token);
            Assert.Equal("alive", await ReadAsync(stream, 5));
        }

        Assert.Equal([false, true], forwarder.Health.Select(x => x.Up));
    }

    [Fact]
    public async Task Associate_UdpTarget_CarriesDatagrams()
    {
        using Socket target = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var forwarder = _fixture.Forwarder(Direct(target.LocalEndPoint!.ToString()!));

        await using var channel = await forwarder.AssociateAsync(RoutingFixture.From("127.0.0.1"), Token);
        await channel.SendAsync("ping"u8.ToArray(), null, Token);
        var buffer = new byte[100];
        var received = await target.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), Token);
        await target.SendToAsync("pong!"u8.ToArray(), SocketFlags.None, received.RemoteEndPoint, Token);
        var answer = await channel.ReceiveAsync(buffer, Token);

        Assert.Equal(5, answer?.Length);
        Assert.Equal("pong!", Encoding.ASCII.GetString(buffer, 0, 5));
    }

    [Fact]
    public async Task Associate_ForwardConnectorOverAStream_IsRefused()
    {
        await using var node = TcpTarget.Echo();
        SetChain([Hop("h1", node.Address, "forward")]);

        var exception = await Assert.ThrowsAsync<FlowException>(
            () => _fixture.Forwarder(Service(null)).AssociateAsync(RoutingFixture.From("127.0.0.1"), Token).AsTask());

        Assert.Equal(FlowError.Unsupported, exception.Error);
    }

    [Fact]
    public async Task Dial_NeitherTargetNorChain_SaysSo()
    {
        var service = new ServiceConfig { Name = "s", Handler = new HandlerConfig { Type = "tcp" } };

        var exception = await Assert.ThrowsAsync<FlowException>(
            () => _fixture.Forwarder(service).DialAsync(RoutingFixture.From("127.0.0.1"), Token).AsTask());

        Assert.Contains("there is no target", exception.Message, StringComparison.Ordinal);
    }

    private static TcpTarget Relay(int port) => new(async (socket, ct) =>
    {
        using Socket onward = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await onward.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), ct);
        await Task.WhenAll(CopyAsync(socket, onward, ct), CopyAsync(onward, socket, ct));
    });

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private static async Task<string> ReadAsync(DuplexStream stream, int count)
    {
        var buffer = new byte[count];
        var read = await stream.ReadAtLeastAsync(buffer, count, throwOnEndOfStream: false, Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    private static HopConfig Hop(string name, string addr, string connector, string dialer = "tcp") => new()
    {
        Name = name,
        Nodes =
        [
            new NodeConfig
            {
                Name = "n",
                Addr = addr,
                Connector = new ConnectorConfig { Type = connector },
                Dialer = new DialerConfig { Type = dialer },
            },
        ],
    };

    private static ServiceConfig Service(string? target) => new()
    {
        Name = "s",
        Handler = new HandlerConfig { Type = "tcp", Chain = "c" },
        Forwarder = target is null ? null : new ForwarderConfig { Nodes = [RoutingFixture.TargetNode("t", target)] },
    };

    private static ServiceConfig Direct(string target) => Service(target) with { Handler = new HandlerConfig { Type = "tcp" } };

    private void SetChain(HopConfig[] hops) => _fixture.SetChain(new ChainConfig { Name = "c", Hops = [.. hops] });
}

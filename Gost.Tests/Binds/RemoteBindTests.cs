using System.Net;
using System.Net.Sockets;
using Gost.Engine;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Direct;
using Gost.Engine.Protocols.Forward;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Binds;

public sealed class RemoteBindTests : IAsyncDisposable
{
    private static readonly FlowException Disabled =
        new(FlowLayer.Bind, FlowError.Unsupported, "BIND is disabled at the far end: add bind=true");

    private readonly WatchedTime _time = new(static x => x > TimeSpan.Zero && x <= TimeSpan.FromSeconds(5));
    private readonly FarEnd _far = new();
    private readonly EngineHost _engine;

    public RemoteBindTests() => _engine = new EngineHost(
        new FakeStore(),
        new EngineOptions(),
        new ProtocolCatalog([new RemoteTcpModule(), new RemoteUdpModule(), new TcpModule(), new ForwardModule(), new RawNodeModule(), new DirectModule(), _far]),
        NullLoggerFactory.Instance,
        _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Create_FarEndThatDoesNotAnswer_IsNoReasonToRefuseTheChange()
    {
        await StartAsync(Service("127.0.0.1:1"));

        var attempt = await AttemptAsync();

        Assert.Equal(("n", new BindRequest(TargetNetwork.Tcp, new Target(TargetNetwork.Tcp, "", 8080))), (attempt.Node, attempt.Request));
        Assert.Equal((ServiceState.Running, ":8080"), (Status.State, Status.Addr));
        attempt.Bind("[::]:8080");
        await StateAsync(ServiceState.Ready);
    }

    [Fact]
    public async Task Bind_FarEndThatRefuses_FailsWithTheReasonAndIsAskedAgainEverLater()
    {
        await StartAsync(Service("127.0.0.1:1"));
        List<double> waits = [];
        for (var i = 0; i < 5; i++)
        {
            (await AttemptAsync()).Refuse(Disabled);
            waits.Add((await _time.Waits.ReadAsync(Token)).TotalSeconds);
            var status = Status;
            Assert.Equal(ServiceState.Failed, status.State);
            Assert.Equal((FlowLayer.Bind, "h", "n"), (status.LastError?.Layer, status.LastError?.Hop, status.LastError?.Node));
            Assert.Contains("BIND is disabled at the far end: add bind=true", status.LastError?.Message);
            _time.Advance(TimeSpan.FromSeconds(waits[^1]));
        }

        (await AttemptAsync()).Bind("[::]:8080");
        await StateAsync(ServiceState.Ready);

        Assert.Equal([1, 2, 4, 5, 5], waits);
        Assert.Equal("[::]:8080", Status.Addr);
    }

    [Fact]
    public async Task Tunnel_ThatBreaks_IsAskedForAtOnceAndSaysSo()
    {
        await StartAsync(Service("127.0.0.1:1"));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        await tunnel.Sink.WaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(10));
        tunnel.Break();

        var again = await AttemptAsync();
        var broken = Status;
        again.Bind("[::]:8081");
        await StateAsync(ServiceState.Ready);

        Assert.Equal((ServiceState.Failed, FlowLayer.Accept, "n"), (broken.State, broken.LastError?.Layer, broken.LastError?.Node));
        Assert.Contains("the tunnel broke", broken.LastError?.Message);
        Assert.Equal("[::]:8081", Status.Addr);
        await tunnel.Disposed.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Put_OfAnotherTarget_KeepsTheTunnelAndItsFlows()
    {
        await using var first = TcpTarget.Echo("first ");
        await using var second = TcpTarget.Echo("second ");
        await StartAsync(Service(first.Address));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        var sink = await tunnel.Sink;
        using var before = await OfferAsync(sink);
        Assert.Equal("first a", await AskAsync(before.Far, "a", 7));

        await ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", Service(second.Address)));
        using var after = await OfferAsync(sink);

        Assert.Equal("second b", await AskAsync(after.Far, "b", 8));
        Assert.Equal("c", await AskAsync(before.Far, "c", 1));
        Assert.False(_far.Attempts.TryRead(out _));
        Assert.False(tunnel.Disposed.Task.IsCompleted);
        Assert.Equal("[::]:8080", Status.Addr);
    }

    [Fact]
    public async Task Put_OfAnotherAddress_BindsItAndEndsTheOldBind()
    {
        await StartAsync(Service("127.0.0.1:1"));
        var old = (await AttemptAsync()).Bind("[::]:8080");
        await old.Sink.WaitAsync(Token);

        await ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", Service("127.0.0.1:1") with { Addr = "127.0.0.1:9090" }));

        Assert.True(old.Disposed.Task.IsCompleted);
        var attempt = await AttemptAsync();
        Assert.Equal(new Target(TargetNetwork.Tcp, "127.0.0.1", 9090), attempt.Request.Address);
        attempt.Bind("127.0.0.1:9090");
        await Eventually.TrueAsync("bound", TimeSpan.FromSeconds(5), () => Status.Addr == "127.0.0.1:9090", Token);
    }

    [Fact]
    public async Task Put_WhileTheFarEndIsAway_TriesAgainAtOnceAndStaysFailed()
    {
        await StartAsync(Service("127.0.0.1:1"));
        (await AttemptAsync()).Refuse(Disabled);
        await _time.Waits.ReadAsync(Token);

        await ApplyAsync(new ReplaceObject(ConfigKind.Services, "s", Service("127.0.0.1:2")));

        Assert.Equal(ServiceState.Failed, Status.State);
        (await AttemptAsync()).Bind("[::]:8080");
        await StateAsync(ServiceState.Ready);
    }

    [Fact]
    public async Task Delete_WithoutFlows_EndsTheTunnelBeforeTheAnswer()
    {
        await StartAsync(Service("127.0.0.1:1"));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        await tunnel.Sink.WaitAsync(Token);

        await ApplyAsync(new DeleteObject(ConfigKind.Services, "s"));

        Assert.True(tunnel.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task Delete_WithFlows_LetsThemLiveAndTakesNoMore()
    {
        await using var target = TcpTarget.Echo();
        await StartAsync(Service(target.Address));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        var sink = await tunnel.Sink;
        using var live = await OfferAsync(sink);
        tunnel.LiveFlows = 1;

        await ApplyAsync(new DeleteObject(ConfigKind.Services, "s"));

        Assert.Equal("a", await AskAsync(live.Far, "a", 1));
        using var pair = await SocketPair.CreateAsync(Token);
        Assert.False(sink.TryAccept(Inbound(pair.Near, "192.0.2.9:1")));
        Assert.False(tunnel.Disposed.Task.IsCompleted);
        tunnel.LiveFlows = 0;
        await _time.Waits.ReadAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await tunnel.Disposed.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Create_AfterADeleteWithFlows_TakesOverTheTunnelThatLingers()
    {
        await using var target = TcpTarget.Echo();
        await StartAsync(Service(target.Address));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        var sink = await tunnel.Sink;
        tunnel.LiveFlows = 1;
        await ApplyAsync(new DeleteObject(ConfigKind.Services, "s"));

        await ApplyAsync(new CreateObject(ConfigKind.Services, Service(target.Address)));
        tunnel.LiveFlows = 0;
        await _time.Waits.ReadAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        using var flow = await OfferAsync(sink);

        Assert.Equal("a", await AskAsync(flow.Far, "a", 1));
        Assert.False(_far.Attempts.TryRead(out _));
        Assert.False(tunnel.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task Chain_ThatIsReplaced_LeadsTheNextBindAndNotTheLivingTunnel()
    {
        await StartAsync(Service("127.0.0.1:1"));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        await tunnel.Sink.WaitAsync(Token);

        await ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", FarEnd.Chain("c", "m")));
        Assert.False(tunnel.Disposed.Task.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));
        tunnel.Break();

        Assert.Equal("m", (await AttemptAsync()).Node);
    }

    [Fact]
    public async Task Chain_ThatDoesNotExistYet_FailsWithAReasonUntilItDoes()
    {
        await _engine.StartAsync(null, Token);
        await ApplyAsync(new CreateObject(ConfigKind.Services, Service("127.0.0.1:1")));
        await _time.Waits.ReadAsync(Token);
        var status = Status;

        await ApplyAsync(new CreateObject(ConfigKind.Chains, FarEnd.Chain("c")));
        _time.Advance(TimeSpan.FromSeconds(1));
        (await AttemptAsync()).Bind("[::]:8080");
        await StateAsync(ServiceState.Ready);

        Assert.Equal((ServiceState.Failed, FlowLayer.Select), (status.State, status.LastError?.Layer));
    }

    [Fact]
    public async Task Flow_FromAPeerThatIsNotAdmitted_IsRefused()
    {
        await _engine.StartAsync(null, Token);
        await ApplyAsync(new CreateObject(
            ConfigKind.Admissions, new AdmissionConfig { Name = "a", Whitelist = true, Matchers = ["192.0.2.0/24"] }));
        await ApplyAsync(new CreateObject(ConfigKind.Chains, FarEnd.Chain("c")));
        await using var target = TcpTarget.Echo();
        await ApplyAsync(new CreateObject(ConfigKind.Services, Service(target.Address) with { Admission = "a" }));
        var sink = await (await AttemptAsync()).Bind("[::]:8080").Sink;

        using var pair = await SocketPair.CreateAsync(Token);
        Assert.False(sink.TryAccept(Inbound(pair.Near, "198.51.100.1:1")));
        using var admitted = await OfferAsync(sink);

        Assert.Equal("a", await AskAsync(admitted.Far, "a", 1));
        Assert.Equal("192.0.2.9:1", Assert.Single(_engine.ControlPlane.GetConnections("s")!).Client);
    }

    [Fact]
    public async Task Stop_WithATunnelThatOnlyWaits_DoesNotWait()
    {
        await StartAsync(Service("127.0.0.1:1"));
        var tunnel = (await AttemptAsync()).Bind("[::]:8080");
        await tunnel.Sink.WaitAsync(Token);

        await _engine.StopAsync(TimeSpan.FromSeconds(10), Token);

        Assert.True(tunnel.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task Rudp_WithAChain_AsksForUdp()
    {
        await StartAsync(Service("127.0.0.1:1") with
        {
            Addr = "[::1]:53",
            Handler = new HandlerConfig { Type = "rudp" },
            Listener = new ListenerConfig { Type = "rudp", Chain = "c" },
        });

        Assert.Equal(new BindRequest(TargetNetwork.Udp, new Target(TargetNetwork.Udp, "::1", 53)), (await AttemptAsync()).Request);
    }

    private static ServiceConfig Service(string target) => new()
    {
        Name = "s",
        Addr = ":8080",
        Handler = new HandlerConfig { Type = "rtcp" },
        Listener = new ListenerConfig { Type = "rtcp", Chain = "c" },
        Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = target }] },
    };

    private static Inbound Inbound(Socket socket, string client)
    {
        var endPoint = IPEndPoint.Parse(client);
        return new Inbound(new SocketDuplexStream(socket), endPoint, endPoint, null);
    }

    private static async Task<SocketPair> OfferAsync(IInboundSink sink)
    {
        var pair = await SocketPair.CreateAsync(Token);
        Assert.True(sink.TryAccept(Inbound(pair.Near, "192.0.2.9:1")));
        return pair;
    }

    private static async Task<string> AskAsync(Socket socket, string text, int answer)
    {
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Token);
        var buffer = new byte[answer];
        for (var read = 0; read < answer;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(read), Token);
            Assert.NotEqual(0, count);
            read += count;
        }

        return System.Text.Encoding.ASCII.GetString(buffer);
    }

    private ServiceStatus Status => _engine.ControlPlane.GetStatus("s") ?? throw new InvalidOperationException("no service s");

    private async Task StartAsync(ServiceConfig service)
    {
        await _engine.StartAsync(null, Token);
        await ApplyAsync(new CreateObject(ConfigKind.Chains, FarEnd.Chain("c")));
        await ApplyAsync(new CreateObject(ConfigKind.Services, service));
    }

    private async Task ApplyAsync(ChangeRequest request)
    {
        var result = await _engine.ControlPlane.ApplyAsync(request, Token);
        Assert.True(result is ChangeApplied, result.ToString());
    }

    private Task<FarEnd.Attempt> AttemptAsync() => _far.Attempts.ReadAsync(Token).AsTask();

    private Task StateAsync(ServiceState state) => Eventually.TrueAsync(state.ToString(), TimeSpan.FromSeconds(5), () => Status.State == state, Token);
}

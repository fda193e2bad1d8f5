using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class ForwarderTests
{
    private readonly RoutingFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_ThreeTargets_TakeTurns()
    {
        var forwarder = _fixture.Forwarder(Service("a", "b", "c"));

        for (var i = 0; i < 4; i++)
        {
            await DialAsync(forwarder);
        }

        Assert.Equal(["a:1", "b:1", "c:1", "a:1"], _fixture.Script.Targets);
    }

    [Fact]
    public async Task Dial_TargetRefuses_NextOneOnTheSameFlow()
    {
        _fixture.Script.Refuse("a:1");
        var forwarder = _fixture.Forwarder(Service("a", "b"));
        var inbound = RoutingFixture.From("10.0.0.1");

        await using var stream = await forwarder.DialAsync(inbound, Token);

        Assert.Equal(["a:1", "b:1"], _fixture.Script.Targets);
        Assert.Equal("b:1", inbound.Counters.Target);
        Assert.Equal([false, true], forwarder.Health.Select(x => x.Up));
        Assert.Equal([1, 0], forwarder.Health.Select(x => x.Fails));
        Assert.Equal(_fixture.Time.GetUtcNow(), forwarder.Health[0].LastFailure);
    }

    [Fact]
    public async Task Dial_FailedTarget_IsSkippedThenTriedAgain()
    {
        _fixture.Script.Refuse("a:1");
        var forwarder = _fixture.Forwarder(Service("a", "b"));
        await DialAsync(forwarder);
        _fixture.Script.Recover("connect a:1");

        await DialAsync(forwarder);
        await DialAsync(forwarder);
        Assert.Equal(["a:1", "b:1", "b:1", "b:1"], _fixture.Script.Targets);

        _fixture.Time.Advance(TimeSpan.FromSeconds(10));
        await DialAsync(forwarder);
        await DialAsync(forwarder);
        Assert.Contains("a:1", _fixture.Script.Targets.Skip(4));
        Assert.Equal(0, forwarder.Health[0].Fails);
    }

    [Fact]
    public async Task Dial_AllRefuse_ThrowsTheLastWithItsName()
    {
        _fixture.Script.Refuse("a:1");
        _fixture.Script.Refuse("b:1");
        var forwarder = _fixture.Forwarder(Service("a", "b"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.Equal(FlowError.Refused, exception.Error);
        Assert.Equal("b", exception.Node);
        Assert.False(exception.InChain);
        Assert.Equal([1, 1], forwarder.Health.Select(x => x.Fails));
    }

    [Fact]
    public async Task Dial_OnlyTargetIsFailed_IsStillTried()
    {
        _fixture.Script.Refuse("a:1");
        var forwarder = _fixture.Forwarder(Service("a"));
        await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));
        _fixture.Script.Recover("connect a:1");

        await DialAsync(forwarder);

        Assert.True(forwarder.Health[0].Up);
    }

    [Fact]
    public async Task Dial_Retries_TryAgainAndChargeOnce()
    {
        _fixture.Script.Refuse("a:1");
        var service = Service("a");
        var forwarder = _fixture.Forwarder(service with { Handler = service.Handler! with { Retries = 2 } });

        await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.Equal(["a:1", "a:1", "a:1"], _fixture.Script.Targets);
        Assert.Equal(1, forwarder.Health[0].Fails);
    }

    [Fact]
    public async Task Dial_ChainFault_IsNotChargedAndNoOtherTargetTried()
    {
        _fixture.Script.Fail("dial node:1", new FlowException(FlowLayer.Dial, FlowError.Refused, "node refused"));
        var forwarder = _fixture.Forwarder(Service("a", "b"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.True(exception.InChain);
        Assert.Equal(("h", "n"), (exception.Hop, exception.Node));
        Assert.Contains("hop h, node n: node refused", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Script.Targets);
        Assert.All(forwarder.Health, x => Assert.Equal(0, x.Fails));
    }

    [Fact]
    public async Task Dial_NodeRefusesCredentials_IsAChainFault()
    {
        _fixture.Script.Fail("connect a:1", new FlowException(FlowLayer.Authentication, FlowError.Unauthenticated, "bad password"));
        var forwarder = _fixture.Forwarder(Service("a", "b"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.True(exception.InChain);
        Assert.Equal(["a:1"], _fixture.Script.Targets);
    }

    [Fact]
    public async Task Dial_SilentTarget_LeavesTimeForTheNext()
    {
        var asked = _fixture.Script.Silence("connect a:1");
        var forwarder = _fixture.Forwarder(Service("a", "b", "c"));
        var dial = forwarder.DialAsync(RoutingFixture.From("10.0.0.1"), Token).AsTask();
        await asked;

        // A third of 15 seconds, since two more targets are there.
        _fixture.Time.Advance(TimeSpan.FromSeconds(5));

        await using var stream = await dial;
        Assert.Equal(["a:1", "c:1"], _fixture.Script.Targets);
        Assert.False(forwarder.Health[0].Up);
    }

    [Fact]
    public async Task Dial_OnlyTargetIsSilent_TimesOutAfterDialTimeout()
    {
        var asked = _fixture.Script.Silence("connect a:1");
        var service = Service("a") with { Metadata = RoutingFixture.Map(("dialTimeout", "3s")) };
        var forwarder = _fixture.Forwarder(service);
        var dial = forwarder.DialAsync(RoutingFixture.From("10.0.0.1"), Token).AsTask();
        await asked;
        Assert.False(dial.IsCompleted);

        _fixture.Time.Advance(TimeSpan.FromSeconds(3));

        var exception = await Assert.ThrowsAsync<FlowException>(() => dial);
        Assert.Equal(FlowError.TimedOut, exception.Error);
        Assert.Equal("a", exception.Node);
    }

    [Fact]
    public async Task Dial_SilentNode_ChargesTheNode()
    {
        var asked = _fixture.Script.Silence("dial node:1");
        var forwarder = _fixture.Forwarder(Service("a"));
        var dial = forwarder.DialAsync(RoutingFixture.From("10.0.0.1"), Token).AsTask();
        await asked;

        _fixture.Time.Advance(TimeSpan.FromSeconds(15));

        var exception = await Assert.ThrowsAsync<FlowException>(() => dial);
        Assert.Equal((FlowError.TimedOut, "n"), (exception.Error, exception.Node));
        Assert.True(exception.InChain);
        Assert.Equal(0, forwarder.Health[0].Fails);
    }

    [Fact]
    public async Task Dial_CallerLeaves_IsCancelledAndChargesNobody()
    {
        var asked = _fixture.Script.Silence("connect a:1");
        var forwarder = _fixture.Forwarder(Service("a", "b"));
        using CancellationTokenSource caller = new();
        var dial = forwarder.DialAsync(RoutingFixture.From("10.0.0.1"), caller.Token).AsTask();
        await asked;

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        Assert.Equal(["a:1"], _fixture.Script.Targets);
        Assert.All(forwarder.Health, x => Assert.Equal(0, x.Fails));
    }

    [Fact]
    public async Task Dial_NoForwarder_AsksForThePlaceholder()
    {
        var forwarder = _fixture.Forwarder(Service() with { Forwarder = null });

        await DialAsync(forwarder);

        Assert.Equal([":0"], _fixture.Script.Targets);
        Assert.Empty(forwarder.Health);
    }

    [Fact]
    public async Task Dial_PlaceholderFails_IsRetried()
    {
        _fixture.Script.Refuse(":0");
        var service = Service() with { Forwarder = null };
        var forwarder = _fixture.Forwarder(service with { Handler = service.Handler! with { Retries = 1 } });

        await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.Equal([":0", ":0"], _fixture.Script.Targets);
    }

    [Fact]
    public async Task Dial_NamedHop_IsLookedUpAtEachFlow()
    {
        var forwarder = _fixture.Forwarder(Service() with { Forwarder = new ForwarderConfig { Hop = "targets" } });
        var missing = await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));
        Assert.Equal((FlowLayer.Select, FlowError.NoNode), (missing.Layer, missing.Error));
        Assert.Contains("targets", missing.Message, StringComparison.Ordinal);

        var hop = Hop.Compile(new HopConfig { Name = "targets", Nodes = [new NodeConfig { Name = "x", Addr = "x:9" }] }, _fixture.Engine, []);
        _fixture.Engine.Objects.Hops.Get("targets").Exchange(hop);

        await DialAsync(forwarder);
        Assert.Equal(["x:9"], _fixture.Script.Targets);
        Assert.Equal("x", Assert.Single(forwarder.Health).Name);
    }

    [Fact]
    public async Task Dial_DeprecatedNameOfForwarder_IsAHop()
    {
        var service = Service("a");
        var forwarder = _fixture.Forwarder(service with { Forwarder = service.Forwarder! with { Name = "elsewhere" } });

        await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder));

        Assert.Empty(_fixture.Script.Targets);
    }

    [Fact]
    public async Task Dial_TargetWithoutPort_IsAskedForWithPortZero()
    {
        var service = _fixture.ScriptedService(RoutingFixture.TargetNode("a", "host.example"));

        await DialAsync(_fixture.Forwarder(service));

        Assert.Equal(["host.example:0"], _fixture.Script.Targets);
    }

    [Fact]
    public async Task Build_AfterPrevious_KeepsHealthAndRoundOfTargetsThatStay()
    {
        _fixture.Script.Refuse("a:1");
        var first = _fixture.Forwarder(Service("a", "b", "c"));
        await DialAsync(first);

        var second = _fixture.Forwarder(Service("d", "a", "b"), first);

        Assert.Equal([true, false, true], second.Health.Select(x => x.Up));
        await DialAsync(second);
        Assert.NotEqual("a:1", _fixture.Script.Targets.Last());
    }

    [Fact]
    public async Task Build_NodeMetadata_WinsOverTheSelector()
    {
        _fixture.Script.Refuse("a:1");
        var service = _fixture.ScriptedService(
            RoutingFixture.TargetNode("a", "a:1", ("maxFails", 2L), ("failTimeout", "1m")), RoutingFixture.TargetNode("b", "b:1"));
        var forwarder = _fixture.Forwarder(service with
        {
            Forwarder = service.Forwarder! with { Selector = new SelectorConfig { Strategy = "fifo", MaxFails = 1, FailTimeout = new GoDuration(5_000_000_000) } },
        });

        await DialAsync(forwarder);
        await DialAsync(forwarder);
        Assert.Equal(["a:1", "b:1", "a:1", "b:1"], _fixture.Script.Targets);

        _fixture.Time.Advance(TimeSpan.FromSeconds(59));
        await DialAsync(forwarder);
        Assert.Equal("b:1", _fixture.Script.Targets.Skip(4).Single());
    }

    [Fact]
    public async Task Dial_MissingChain_FailsClosed()
    {
        var service = Service("a") with { Handler = new HandlerConfig { Type = "tcp", Chain = "nowhere" } };

        var exception = await Assert.ThrowsAsync<FlowException>(() => DialAsync(_fixture.Forwarder(service)));

        Assert.Equal((FlowLayer.Select, FlowError.NoNode), (exception.Layer, exception.Error));
        Assert.Contains("chain nowhere does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Associate_HopWithoutNodes_SaysNodeNotAvailable()
    {
        _fixture.Engine.Objects.Hops.Get("empty").Exchange(Hop.Compile(new HopConfig { Name = "empty" }, _fixture.Engine, []));
        var forwarder = _fixture.Forwarder(Service() with { Forwarder = new ForwarderConfig { Hop = "empty" } });

        var exception = await Assert.ThrowsAsync<FlowException>(
            () => forwarder.AssociateAsync(RoutingFixture.From("10.0.0.1"), Token).AsTask());

        Assert.Equal("node not available", exception.Message);
    }

    [Fact]
    public async Task Dial_NothingLeftOpen_AfterFailures()
    {
        _fixture.Script.Refuse("a:1");
        _fixture.Script.Refuse("b:1");

        await Assert.ThrowsAsync<FlowException>(() => DialAsync(_fixture.Forwarder(Service("a", "b"))));

        Assert.Equal(2, _fixture.Script.Opened.Count);
        Assert.All(_fixture.Script.Opened, x => Assert.True(x.IsDisposed));
    }

    [Fact]
    public void Build_DirectFallbackOption_RoutesDirect()
    {
        RoutingFixture lenient = new(new EngineOptions { DirectFallback = true });
        var service = Service("a") with { Handler = new HandlerConfig { Chain = "nowhere" } };

        Assert.IsType<DirectRoute>(lenient.Router(service).Route(Target.Placeholder(TargetNetwork.Tcp), null));
    }

    private static async Task DialAsync(IForwarder forwarder)
    {
        await using var stream = await forwarder.DialAsync(RoutingFixture.From("10.0.0.1"), Token);
    }

    private ServiceConfig Service(params string[] targets) =>
        _fixture.ScriptedService([.. targets.Select(x => RoutingFixture.TargetNode(x, $"{x}:1"))]);
}

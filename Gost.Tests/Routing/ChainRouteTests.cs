using System.Collections.Concurrent;
using Gost.Engine;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Routing;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class ChainRouteTests
{
    private static readonly Target Target = new(TargetNetwork.Tcp, "target", 80);

    private readonly RoutingFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dial_ThreeHops_DialsTheFirstAndAsksEachForTheNext()
    {
        SetChain(Hop("h1", "a"), Hop("h2", "b"), Hop("h3", "c"));

        await using var stream = await Route().DialAsync(Target, Token);

        Assert.Equal(["dial a:1", "connect b:1", "dial b:1", "connect c:1", "dial c:1", "connect target:80"], _fixture.Script.Asked);
        Assert.Single(_fixture.Script.Opened);
    }

    [Theory]
    [InlineData("dial a:1", "h1", "a")]
    [InlineData("connect b:1", "h2", "b")]
    [InlineData("dial c:1", "h3", "c")]
    public async Task Dial_NodeFails_NamesAndChargesThatNode(string fault, string hop, string node)
    {
        _fixture.Script.Fail(fault, new FlowException(FlowLayer.Connect, FlowError.Refused, "no"));
        SetChain(Hop("h1", "a"), Hop("h2", "b"), Hop("h3", "c"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => Route().DialAsync(Target, Token).AsTask());

        Assert.Equal((hop, node), (exception.Hop, exception.Node));
        Assert.Equal([node], Steps().Where(x => x.Node.Marker.Fails > 0).Select(x => x.Node.Name));
        Assert.All(_fixture.Script.Opened, x => Assert.True(x.IsDisposed));
    }

    [Fact]
    public async Task Dial_LastNodeCannotReachTheTarget_ChargesNobody()
    {
        _fixture.Script.Refuse("target:80");
        SetChain(Hop("h1", "a"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => Route().DialAsync(Target, Token).AsTask());

        Assert.False(exception.InChain);
        Assert.All(Steps(), x => Assert.Equal(0, x.Node.Marker.Fails));
    }

    [Fact]
    public async Task Associate_LastNodeHasNoDatagrams_IsTheChainsFault()
    {
        SetChain(Hop("h1", "a"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => Route().AssociateAsync(Target, Token).AsTask());

        Assert.True(exception.InChain);
        Assert.Equal(("h1", "a", FlowError.Unsupported), (exception.Hop, exception.Node, exception.Error));
        Assert.All(_fixture.Script.Opened, x => Assert.True(x.IsDisposed));
    }

    [Fact]
    public async Task Dial_NodeReplacedAfterItsSelection_GoesThroughItsSuccessor()
    {
        SetChain(Hop("h1", "a"));
        var before = _fixture.Engine.Objects.Chains.Get("c").Current!; // Set just above.
        var route = Route();
        SetChain(Hop("h1", "b"));
        await before.DisposeAsync();

        await using var stream = await route.DialAsync(Target, Token);

        Assert.Equal(["dial b:1", "connect target:80"], _fixture.Script.Asked);
    }

    [Fact]
    public async Task Associate_LastNodeWouldSendFromThisHost_IsRefusedBehindOtherHops()
    {
        _fixture.Script.DatagramsLeaveThisHost = true;
        SetChain(Hop("h1", "a"), Hop("h2", "b"));

        var exception = await Assert.ThrowsAsync<FlowException>(() => Route().AssociateAsync(Target with { Network = TargetNetwork.Udp }, Token).AsTask());

        Assert.Equal((FlowError.Unsupported, "b"), (exception.Error, exception.Node));
        Assert.Contains("past the hops before", exception.Message, StringComparison.Ordinal);
        Assert.All(_fixture.Script.Opened, x => Assert.True(x.IsDisposed));
    }

    [Fact]
    public void DialTimeout_LongerThanATimerWaits_IsAnError()
    {
        MetadataReader metadata = new(RoutingFixture.Map(("dialTimeout", "721h")), "/metadata");

        var router = Router.ForHandler(Service(), metadata, _fixture.Engine);

        Assert.Equal(TimeSpan.FromSeconds(15), router.DialTimeout);
        Assert.Equal(("/metadata/dialTimeout", FindingSeverity.Error), (Assert.Single(metadata.Findings).Pointer, metadata.Findings[0].Severity));
    }

    [Fact]
    public async Task Dial_Success_ForgetsTheFailures()
    {
        SetChain(Hop("h1", "a"));
        Steps()[0].Node.Marker.MarkFailure();

        await using var stream = await Route().DialAsync(Target, Token);

        Assert.Equal(0, Steps()[0].Node.Marker.Fails);
    }

    [Fact]
    public async Task Dial_FailedNode_NextRouteTakesTheOther()
    {
        _fixture.Script.Fail("dial a:1", new FlowException(FlowLayer.Dial, FlowError.Refused, "no"));
        SetChain(Hop("h1", "a", "b"));
        await Assert.ThrowsAsync<FlowException>(() => Route().DialAsync(Target, Token).AsTask());

        await using var stream = await Route().DialAsync(Target, Token);

        Assert.Contains("dial b:1", _fixture.Script.Asked);
    }

    [Fact]
    public async Task Dial_HostsOfNode_ReplaceItsAddress()
    {
        SetHosts("table", ("10.9.9.9", "b"));
        var second = Hop("h2", "b");
        SetChain(Hop("h1", "a"), second with { Hosts = "table" });

        await using var stream = await Route().DialAsync(Target, Token);

        Assert.Contains("connect 10.9.9.9:1", _fixture.Script.Asked);
    }

    [Fact]
    public async Task Dial_HostsOfService_ReplaceTheTarget()
    {
        SetHosts("table", ("10.9.9.9", "target"));
        SetChain(Hop("h1", "a"));

        await using var stream = await _fixture.Router(Service() with { Hosts = "table" }).Route(Target, null).DialAsync(Target, Token);

        Assert.Contains("connect 10.9.9.9:80", _fixture.Script.Asked);
    }

    [Fact]
    public void Route_ReferredHopIsMissing_FailsClosed()
    {
        SetChain(Hop("h1", "a"), new HopConfig { Name = "shared" });

        var exception = Assert.Throws<FlowException>(() => Route());

        Assert.Equal((FlowLayer.Select, FlowError.NoNode, "shared"), (exception.Layer, exception.Error, exception.Hop));
        Assert.Contains("hop shared does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_ReferredHopAppears_IsUsed()
    {
        SetChain(new HopConfig { Name = "shared" });
        Assert.Throws<FlowException>(() => Route());
        List<Finding> findings = [];
        _fixture.Engine.Objects.Hops.Get("shared").Exchange(Gost.Engine.Routing.Hop.Compile(Hop("shared", "z"), _fixture.Engine, findings));

        await using var stream = await Route().DialAsync(Target, Token);

        Assert.Equal(["dial z:1", "connect target:80"], _fixture.Script.Asked);
    }

    [Fact]
    public void Route_ChainWithoutHops_FailsClosed()
    {
        SetChain();

        Assert.Equal(FlowError.NoNode, Assert.Throws<FlowException>(() => Route()).Error);
    }

    [Fact]
    public async Task Route_DirectFallback_EndsTheWayBeforeTheMissingHop()
    {
        SetChain(Hop("h1", "a"), new HopConfig { Name = "shared" });
        var service = Service() with { Metadata = RoutingFixture.Map(("compat.directFallback", true)) };

        await using var stream = await _fixture.Router(service).Route(Target, null).DialAsync(Target, Token);

        Assert.Equal(["dial a:1", "connect target:80"], _fixture.Script.Asked);
    }

    [Fact]
    public void Route_DirectFallbackWithoutFirstHop_IsDirect()
    {
        SetChain(new HopConfig { Name = "shared" });
        var service = Service() with { Metadata = RoutingFixture.Map(("compat.directFallback", true)) };

        Assert.IsType<DirectRoute>(_fixture.Router(service).Route(Target, null));
    }

    [Fact]
    public void Route_IgnoreChain_IsDirect()
    {
        var router = _fixture.Router(Service() with { Metadata = RoutingFixture.Map(("ignoreChain", true)) });

        Assert.False(router.HasChain);
        Assert.IsType<DirectRoute>(router.Route(Target, null));
    }

    [Theory]
    [InlineData("tcp", true)]
    [InlineData("tls", true)]
    [InlineData("rtcp", false)]
    [InlineData("rudp", false)]
    public void HasChain_ChainOfListener_CountsUnlessItBindsRemotely(string listener, bool expected)
    {
        var service = new ServiceConfig { Name = "s", Listener = new ListenerConfig { Type = listener, Chain = "c" } };

        Assert.Equal(expected, _fixture.Router(service).HasChain);
        Assert.True(Router.ForListener(service, new MetadataReader(service.Metadata, ""), _fixture.Engine).HasChain);
    }

    [Fact]
    public async Task Dial_TypeThatThisBuildLacks_IsRefusedWithAReason()
    {
        SetChain(new HopConfig { Name = "h1", Nodes = [new NodeConfig { Name = "a", Addr = "a:1", Connector = new ConnectorConfig { Type = "http" } }] });

        var exception = await Assert.ThrowsAsync<FlowException>(() => Route().DialAsync(Target, Token).AsTask());

        Assert.Equal((FlowError.Unsupported, "h1", "a"), (exception.Error, exception.Hop, exception.Node));
    }

    [Fact]
    public async Task Dial_Observer_IsToldOfTheFirstNodeAndOfFailures()
    {
        Watcher watcher = new();
        var engine = _fixture.Engine with { Observer = () => watcher };
        List<Finding> findings = [];
        var chain = Chain.Compile(new ChainConfig { Name = "c", Hops = [Hop("h1", "a"), Hop("h2", "b")] }, engine, findings);
        engine.Objects.Chains.Get("c").Exchange(chain);
        var service = Service();
        var router = Router.ForHandler(service, new MetadataReader(service.Metadata, ""), engine);
        await using (await router.Route(Target, null).DialAsync(Target, Token))
        {
            Assert.Equal(["c a ok"], watcher.Seen);
        }

        _fixture.Script.Fail("connect b:1", new FlowException(FlowLayer.Connect, FlowError.Refused, "no"));
        await Assert.ThrowsAsync<FlowException>(() => router.Route(Target, null).DialAsync(Target, Token).AsTask());

        Assert.Equal(["c a ok", "c a ok", "c b failed"], watcher.Seen);
    }

    [Fact]
    public void Compile_AfterPrevious_KeepsHealthOfInlineNodes()
    {
        SetChain(Hop("h1", "a", "b"));
        var before = _fixture.Engine.Objects.Chains.Get("c").Current!;
        before.Select(default, false)[0].Node.Marker.MarkFailure();

        _fixture.SetChain(new ChainConfig { Name = "c", Hops = [Hop("h1", "a", "b", "d")] }, before);

        Assert.DoesNotContain("a", Enumerable.Range(0, 6).Select(_ => Steps()[0].Node.Name));
    }

    private static HopConfig Hop(string name, params string[] nodes) =>
        new() { Name = name, Nodes = [.. nodes.Select(x => RoutingFixture.ScriptedNode(x, $"{x}:1"))] };

    private static ServiceConfig Service() => new() { Name = "s", Handler = new HandlerConfig { Type = "tcp", Chain = "c" } };

    private void SetChain(params HopConfig[] hops) => _fixture.SetChain(new ChainConfig { Name = "c", Hops = [.. hops] });

    private void SetHosts(string name, params (string Ip, string Host)[] mappings)
    {
        HostsConfig config = new() { Name = name, Mappings = [.. mappings.Select(x => new HostMappingConfig { Ip = x.Ip, Hostname = x.Host })] };
        _fixture.Engine.Objects.Hosts.Get(name).Exchange(HostTable.Compile(config, _fixture.Engine, []));
    }

    private IRoute Route() => _fixture.Router(Service()).Route(Target, null);

    private RouteStep[] Steps() => _fixture.Engine.Objects.Chains.Get("c").Current!.Select(default, false);

    private sealed class Watcher : IFlowObserver
    {
        public ConcurrentQueue<string> Seen { get; } = [];

        public void FlowStarted(string service, string clientIp)
        {
        }

        public void FlowEnded(string service, string clientIp, TimeSpan duration, long inputBytes, long outputBytes, bool failed)
        {
        }

        public void ChainTried(string chain, string node, TimeSpan duration, bool failed) => Seen.Enqueue($"{chain} {node} {(failed ? "failed" : "ok")}");
    }
}

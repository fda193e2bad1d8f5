using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class GroupTests
{
    private static readonly Target Target = new(TargetNetwork.Tcp, "www.example.com", 80);

    private readonly RoutingFixture _fixture = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chains_Round_TakeTurnsBeginningWithTheNamedOne()
    {
        SetChains("a", "b", "c");
        var router = _fixture.Router(Service("a", new ChainGroupConfig { Chains = [Entry("b"), Entry("c")] }));

        await DialAsync(router, 4);

        Assert.Equal(["dial a:1", "dial b:1", "dial c:1", "dial a:1"], Dials);
    }

    [Fact]
    public async Task Chains_Rules_ChooseByNetworkHostAndClient()
    {
        SetChains("a", "b", "c");
        var router = _fixture.Router(Service("", new ChainGroupConfig
        {
            Chains = [Entry("a", "Network(`udp`)"), Entry("b", "Host(`*.example.com`) && ClientIP(`10.0.0.0/8`)"), Entry("c")],
        }));

        await using (await router.Route(Target, RoutingFixture.From("10.1.1.1")).DialAsync(Target, Token))
        await using (await router.Route(Target, RoutingFixture.From("192.0.2.1")).DialAsync(Target, Token))
        {
            Assert.Equal(["dial b:1", "dial c:1"], Dials);
        }
    }

    [Fact]
    public void Chains_NoRuleMatches_FailsClosed()
    {
        SetChains("a");
        var router = _fixture.Router(Service("", new ChainGroupConfig { Chains = [Entry("a", "Network(`udp`)"), Entry("missing")] }));

        var exception = Assert.Throws<FlowException>(() => router.Route(Target, null));

        Assert.Equal((FlowLayer.Select, FlowError.NoNode), (exception.Layer, exception.Error));
        Assert.True(exception.InChain);
        Assert.Contains("the rules of a do not match", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_NoneExists_FailsClosed()
    {
        var router = _fixture.Router(Service("a", new ChainGroupConfig { Chains = [Entry("b")] }));

        Assert.Contains("none of the chains a, b exists", Assert.Throws<FlowException>(() => router.Route(Target, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chains_OneIsMissingOrWithoutNode_OthersAreUsed()
    {
        SetChains("b");
        _fixture.SetChain(new ChainConfig { Name = "a", Hops = [new HopConfig { Name = "nowhere" }] });
        var router = _fixture.Router(Service("missing", new ChainGroupConfig { Chains = [Entry("a"), Entry("b")] }));

        await DialAsync(router, 3);

        Assert.Equal(["dial b:1", "dial b:1", "dial b:1"], Dials);
    }

    [Fact]
    public async Task Chains_OneFails_NextConnectionTakesTheOtherUntilItsTimeIsOver()
    {
        SetChains("a", "b");
        var router = _fixture.Router(Service("", new ChainGroupConfig
        {
            Chains = [Entry("a"), Entry("b")],
            Selector = new SelectorConfig { Strategy = "fifo", MaxFails = 1, FailTimeout = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(30)) },
        }));
        _fixture.Script.Fail("dial a:1", new FlowException(FlowLayer.Dial, FlowError.Refused, "no"));
        await Assert.ThrowsAsync<FlowException>(() => router.Route(Target, null).DialAsync(Target, Token).AsTask());
        _fixture.Script.Recover("dial a:1");

        await DialAsync(router, 1);
        _fixture.Time.Advance(TimeSpan.FromSeconds(31));
        await DialAsync(router, 1);

        Assert.Equal(["dial a:1", "dial b:1", "dial a:1"], Dials);
    }

    [Fact]
    public async Task Chains_TargetRefused_DoesNotChargeTheChain()
    {
        SetChains("a", "b");
        _fixture.Script.Refuse("www.example.com:80");
        var router = _fixture.Router(Service("a", new ChainGroupConfig { Chains = [Entry("b")], Selector = new SelectorConfig { Strategy = "fifo" } }));

        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<FlowException>(() => router.Route(Target, null).DialAsync(Target, Token).AsTask());
        }

        Assert.Equal(["dial a:1", "dial a:1"], Dials);
    }

    [Fact]
    public async Task Chains_Backup_IsUsedOnlyWhileThePrimaryIsFailed()
    {
        SetChains("a", "b");
        _fixture.SetChain(Chain("a") with { Metadata = RoutingFixture.Map(("backup", true)) });
        var router = _fixture.Router(Service("a", new ChainGroupConfig { Chains = [Entry("b")] }));

        await DialAsync(router, 2);
        _fixture.Engine.Objects.Chains.Get("b").Current!.Marker.MarkFailure();
        await DialAsync(router, 1);

        Assert.Equal(["dial b:1", "dial b:1", "dial a:1"], Dials);
    }

    [Fact]
    public async Task Nodes_HostFilter_ChoosesByTheTarget()
    {
        _fixture.SetChain(new ChainConfig
        {
            Name = "a",
            Hops =
            [
                new HopConfig
                {
                    Name = "h",
                    Nodes =
                    [
                        RoutingFixture.ScriptedNode("x", "x:1") with { Filter = new NodeFilterConfig { Host = ".example.com" } },
                        RoutingFixture.ScriptedNode("y", "y:1") with { Matcher = new MatcherConfig { Rule = "!Host(`*.example.com`)" } },
                    ],
                },
            ],
        });
        var router = _fixture.Router(Service("a", null));
        Target other = new(TargetNetwork.Tcp, "other.test", 80);

        await DialAsync(router, 2);
        await using var stream = await router.Route(other, null).DialAsync(other, Token);

        Assert.Equal(["dial x:1", "dial x:1", "dial y:1"], Dials);
        Assert.Contains("no node for this connection", Assert.Throws<FlowException>(
            () => router.Route(Target.Placeholder(TargetNetwork.Tcp), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hops_Rules_ChooseTargetsByClient()
    {
        SetHop("inside", "in:1");
        SetHop("outside", "out:1");
        var forwarder = _fixture.Forwarder(Forwarding(new HopGroupConfig
        {
            Hops = [Hop("inside", "ClientIP(`10.0.0.0/8`)"), Hop("outside")],
        }));

        await DialAsync(forwarder, "10.0.0.1");
        await DialAsync(forwarder, "192.0.2.1");

        Assert.Equal(["in:1", "out:1"], _fixture.Script.Targets);
        Assert.Equal(["in:1", "out:1"], forwarder.Health.Select(x => x.Addr));
    }

    [Fact]
    public async Task Hops_TargetsOfOneFail_OtherHopIsTriedAndFailedOneLeftOut()
    {
        SetHop("first", "a:1", "b:1");
        SetHop("second", "c:1");
        _fixture.Script.Refuse("a:1");
        _fixture.Script.Refuse("b:1");
        var forwarder = _fixture.Forwarder(Forwarding(new HopGroupConfig
        {
            Hops = [Hop("first"), Hop("second")],
            Selector = new SelectorConfig { Strategy = "fifo" },
        }));

        await DialAsync(forwarder, "10.0.0.1");
        await DialAsync(forwarder, "10.0.0.1");

        Assert.Equal(["a:1", "b:1", "c:1", "c:1"], _fixture.Script.Targets);
    }

    [Fact]
    public async Task Hops_NoneExists_FailsClosed()
    {
        var forwarder = _fixture.Forwarder(Forwarding(new HopGroupConfig { Hops = [Hop("missing")] }));

        var exception = await Assert.ThrowsAsync<FlowException>(() => DialAsync(forwarder, "10.0.0.1"));

        Assert.Contains("none of the hops missing exists", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_RulesAndPriority_ChooseAmongThem()
    {
        var service = _fixture.ScriptedService(
            RoutingFixture.TargetNode("u", "u:1") with { Matcher = new MatcherConfig { Rule = "Network(`udp`)" } },
            RoutingFixture.TargetNode("any", "any:1"),
            RoutingFixture.TargetNode("host", "host:1") with { Host = "a" },
            RoutingFixture.TargetNode("lan", "lan:1") with { Matcher = new MatcherConfig { Rule = "ClientIP(`10.0.0.0/8`)" } });
        var forwarder = _fixture.Forwarder(service);

        await DialAsync(forwarder, "10.0.0.1");
        await DialAsync(forwarder, "192.0.2.1");
        await DialAsync(forwarder, "192.0.2.1");

        Assert.Equal(["lan:1", "any:1", "any:1"], _fixture.Script.Targets);
    }

    private IEnumerable<string> Dials => _fixture.Script.Asked.Where(x => x.StartsWith("dial ", StringComparison.Ordinal));

    private static ChainConfig Chain(string name) =>
        new() { Name = name, Hops = [new HopConfig { Name = "h", Nodes = [RoutingFixture.ScriptedNode(name, $"{name}:1")] }] };

    private static ChainRefConfig Entry(string chain, string rule = "") =>
        new() { Chain = chain, Matcher = rule.Length == 0 ? null : new MatcherConfig { Rule = rule } };

    private static HopRefConfig Hop(string hop, string rule = "") =>
        new() { Hop = hop, Matcher = rule.Length == 0 ? null : new MatcherConfig { Rule = rule } };

    private static ServiceConfig Service(string chain, ChainGroupConfig? group) =>
        new() { Name = "s", Handler = new HandlerConfig { Type = "tcp", Chain = chain, ChainGroup = group } };

    private void SetChains(params string[] names)
    {
        foreach (var name in names)
        {
            _fixture.SetChain(Chain(name));
        }
    }

    private void SetHop(string name, params string[] targets)
    {
        HopConfig config = new()
        {
            Name = name,
            Selector = new SelectorConfig { Strategy = "fifo" },
            Nodes = [.. targets.Select(x => new NodeConfig { Name = x, Addr = x })],
        };
        _fixture.Engine.Objects.Hops.Get(name).Exchange(Gost.Engine.Routing.Hop.Compile(config, _fixture.Engine, []));
    }

    private ServiceConfig Forwarding(HopGroupConfig group) =>
        _fixture.ScriptedService() with { Forwarder = new ForwarderConfig { HopGroup = group } };

    private async Task DialAsync(Router router, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await using var stream = await router.Route(Target, null).DialAsync(Target, Token);
        }
    }

    private static async Task DialAsync(IForwarder forwarder, string client)
    {
        await using var inbound = RoutingFixture.From(client);
        await using var stream = await forwarder.DialAsync(inbound, Token);
    }
}

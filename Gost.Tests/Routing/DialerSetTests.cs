using System.Collections.Concurrent;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class DialerSetTests
{
    private static readonly Target Target = new(TargetNetwork.Tcp, "target", 80);

    private readonly Sessions _sessions = new();
    private readonly RoutingFixture _fixture;

    public DialerSetTests() => _fixture = new RoutingFixture(modules: _sessions);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replace_NodeStays_KeepsItsDialer()
    {
        await SetAsync(Chain(Hop("h", Node("a"))));
        await DialAsync();

        await SetAsync(Chain(Hop("h", Node("b"), Node("a")) with { Selector = new SelectorConfig { Strategy = "hash" } }));

        Assert.Empty(_sessions.Disposed);
        Assert.Same(Dialer("a"), _sessions.Dialled.Single().Dialer);
    }

    [Fact]
    public async Task Replace_NodeChanges_DisposesItsDialer()
    {
        await SetAsync(Chain(Hop("h", Node("a"), Node("b"))));
        var (a, b) = (Dialer("a"), Dialer("b"));

        await SetAsync(Chain(Hop("h", Node("a") with { Metadata = RoutingFixture.Map(("so_mark", 1L)) }, Node("b"))));

        Assert.Equal([a], _sessions.Disposed);
        Assert.Same(b, Dialer("b"));
    }

    [Fact]
    public async Task Replace_ThatIsGivenUp_LeavesTheDialersInForce()
    {
        await SetAsync(Chain(Hop("h", Node("a"))));
        var before = Dialer("a");

        await Gost.Engine.Routing.Chain.Compile(Chain(Hop("h", Node("a"), Node("b"))), _fixture.Engine, [], Current).DisposeAsync();

        Assert.DoesNotContain(before, _sessions.Disposed);
        Assert.Same(before, Dialer("a"));
    }

    [Fact]
    public async Task Remove_DisposesEveryDialerOnce()
    {
        await SetAsync(Chain(Hop("h1", Node("a")), Hop("h2", Node("b"))));
        await DialAsync();
        await DialAsync();

        await _fixture.Engine.Objects.Chains.Get("c").Exchange(null)!.DisposeAsync();

        Assert.Equal(3, _sessions.Disposed.Count); // a, b, and b behind a
        Assert.Equal(3, _sessions.Disposed.Distinct().Count());
    }

    [Fact]
    public async Task SecondHop_HasADialerForEachWay()
    {
        await SetAsync(Chain(Hop("h1", Node("a"), Node("b")), Hop("h2", Node("z"))));

        for (var i = 0; i < 4; i++)
        {
            await DialAsync();
        }

        var second = _sessions.Dialled.Where(x => x.Address == "z:1").Select(x => x.Dialer).ToList();
        Assert.Equal(2, second.Distinct().Count());
        Assert.Same(second[0], second[2]);
        Assert.Same(second[1], second[3]);
    }

    [Fact]
    public async Task FirstHopReplaced_SessionsThroughItsNodeEnd()
    {
        await SetAsync(Chain(Hop("h1", Node("a")), Hop("h2", Node("z"))));
        await DialAsync();
        var through = _sessions.Dialled.Single(x => x.Address == "z:1").Dialer;

        await SetAsync(Chain(Hop("h1", Node("b")), Hop("h2", Node("z"))));
        await DialAsync();

        Assert.Contains(through, _sessions.Disposed);
        Assert.NotSame(through, _sessions.Dialled.Last(x => x.Address == "z:1").Dialer);
    }

    [Fact]
    public async Task Replace_WhileADialIsUnderWay_DisposesAfterIt()
    {
        await SetAsync(Chain(Hop("h", Node("a"))));
        var asked = _fixture.Script.Silence("connect target:80");
        using CancellationTokenSource cancel = new();
        var dial = Route().DialAsync(Target, cancel.Token).AsTask();
        await asked;

        await SetAsync(Chain(Hop("h", Node("b"))));
        Assert.Empty(_sessions.Disposed);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);

        Assert.Single(_sessions.Disposed);
    }

    [Fact]
    public async Task GoneBetweenSelectionAndDial_FailsClosed()
    {
        await SetAsync(Chain(Hop("h", Node("a"))));
        var route = Route();
        var before = _fixture.Engine.Objects.Chains.Get("c").Exchange(null);
        await before!.DisposeAsync(); // Set just above.

        var exception = await Assert.ThrowsAsync<FlowException>(() => route.DialAsync(Target, Token).AsTask());

        Assert.Equal((FlowLayer.Select, FlowError.NoNode), (exception.Layer, exception.Error));
        Assert.Empty(_fixture.Script.Asked);
    }

    private Chain? Current => _fixture.Engine.Objects.Chains.Get("c").Current;

    private static ChainConfig Chain(params HopConfig[] hops) => new() { Name = "c", Hops = [.. hops] };

    private static HopConfig Hop(string name, params NodeConfig[] nodes) => new() { Name = name, Nodes = [.. nodes] };

    private static NodeConfig Node(string name) => new()
    {
        Name = name,
        Addr = $"{name}:1",
        Connector = new ConnectorConfig { Type = ScriptedProtocol.Name },
        Dialer = new DialerConfig { Type = "session" },
    };

    private async Task SetAsync(ChainConfig config)
    {
        var chain = Gost.Engine.Routing.Chain.Compile(config, _fixture.Engine, [], Current);
        if (_fixture.Engine.Objects.Chains.Get("c").Exchange(chain) is { } before)
        {
            await before.DisposeAsync();
        }
    }

    private IRoute Route() =>
        _fixture.Router(new ServiceConfig { Name = "s", Handler = new HandlerConfig { Type = "tcp", Chain = "c" } }).Route(Target, null);

    private async Task DialAsync()
    {
        await using var stream = await Route().DialAsync(Target, Token);
    }

    private IDialer Dialer(string node)
    {
        RouteStep[] none = [];
        var steps = Enumerable.Range(0, 10).Select(_ => Current!.Select(default, false)[0].Node);
        return steps.First(x => x.Name == node).Transport!.Dialers.Behind(none);
    }

    /// <summary>A transport that keeps sessions, or would.</summary>
    private sealed class Sessions : IProtocolModule
    {
        public ConcurrentQueue<(string Address, IDialer Dialer)> Dialled { get; } = [];

        public ConcurrentQueue<IDialer> Disposed { get; } = [];

        public void Register(ProtocolCatalog.Builder builder) => builder.Dialers.Add("session", _ => new SessionDialer(this));

        private sealed class SessionDialer(Sessions owner) : IDialer, IAsyncDisposable
        {
            public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
            {
                owner.Dialled.Enqueue((node.Address.ToString(), this));
                return node.IsFirst ? new ScriptedStream() : await node.Open(cancellationToken);
            }

            public ValueTask DisposeAsync()
            {
                owner.Disposed.Enqueue(this);
                return ValueTask.CompletedTask;
            }
        }
    }
}

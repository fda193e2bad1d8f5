using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

public sealed class BootTests
{
    [Fact]
    public async Task AStoredServiceWhosePortIsTaken_FailsAloneAndIsTriedAgain()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("a", ":1"), Service("b", ":2"));
        engine.Network.Taken.Add(":1");
        await engine.Engine.StartAsync(null, Token);
        Assert.True(engine.Control.IsReady);
        Assert.Equal((ServiceState.Failed, ServiceState.Ready), (engine.Status("a").State, engine.Status("b").State));
        Assert.Equal("listen tcp :1: bind: address already in use", engine.Status("a").LastError?.Message);

        // 1 s, 2 s, 4 s, 5 s, 5 s: five more attempts, the port coming free before the last.
        Queue<int> waits = new([1, 2, 4, 5, 5]);
        while (waits.TryDequeue(out var seconds))
        {
            if (waits.Count == 0)
            {
                engine.Network.Taken.Clear();
            }

            var binds = engine.Network.Binds;
            engine.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(binds, engine.Network.Binds);
            await AttemptAsync(engine, () => engine.Time.Advance(TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal((ServiceState.Ready, 1), (engine.Status("a").State, engine.Status("a").Generation));
    }

    [Fact]
    public async Task AServiceThatFails_ShowsTheWarningsOfItsDefinition()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("a", ":1") with { Cache = "c" });
        engine.Network.Taken.Add(":1");
        await engine.Engine.StartAsync(null, Token);
        Assert.Equal(ServiceState.Failed, engine.Status("a").State);
        Assert.Equal(["cache is kept but has no effect yet"], engine.Status("a").Warnings);
    }

    [Fact]
    public async Task AFailedService_IsMendedByTheSamePut_OnceItsPortIsFree()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("a", ":1"));
        engine.Network.Taken.Add(":1");
        await engine.Engine.StartAsync(null, Token);
        ReplaceObject same = new(ConfigKind.Services, "a", Service("a", ":1"));
        Assert.Equal(ChangeRefusal.CannotPrepare, (await engine.RefuseAsync(same)).Reason);
        engine.Network.Taken.Clear();
        Assert.Equal(1, (await engine.ApplyAsync(same)).Revision);
        Assert.Equal(ServiceState.Ready, engine.Status("a").State);
    }

    [Fact]
    public async Task Reapply_RetriesFailedServicesAtOnce()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("a", ":1"), Service("b", ":2"));
        engine.Network.Taken.UnionWith([":1", ":2"]);
        await engine.Engine.StartAsync(null, Token);
        engine.Network.Taken.Remove(":1");
        await engine.ApplyAsync(new ReapplyState());
        Assert.Equal((ServiceState.Ready, ServiceState.Failed), (engine.Status("a").State, engine.Status("b").State));
    }

    [Fact]
    public async Task AListenerThatBreaks_IsBuiltAnew()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Network.Breaks[":1"].SetException(new IOException("the tunnel broke"));
        while (engine.Status("a").State != ServiceState.Failed)
        {
            await Task.Yield();
        }

        Assert.Equal("the tunnel broke", engine.Status("a").LastError?.Message);
        engine.Network.Bound = _ => again.TrySetResult();
        while (!again.Task.IsCompleted)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        while (engine.Status("a").State != ServiceState.Ready)
        {
            await Task.Yield();
        }

        Assert.NotNull(engine.Network.Connect(":1"));
    }

    [Fact]
    public async Task AStoredTypeThatThisBuildCannotRun_Fails_NotTheBoot()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("a", ":1") with { Handler = new HandlerConfig { Type = "http3" } }, Service("b", ":2"));
        await engine.Engine.StartAsync(null, Token);
        Assert.Equal((ServiceState.Failed, ServiceState.Ready), (engine.Status("a").State, engine.Status("b").State));
        Assert.Contains("http3", engine.Status("a").LastError?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_AreReconciled_AndObjectsOfRestStay()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State(Service("rest", ":1"), Service("clash", ":2"));
        await engine.Engine.StartAsync(new GostConfig { Services = [Service("clash", ":3"), Service("own", ":4")] }, Token);
        Assert.Equal(["rest", "clash", "own"], engine.Control.Export().Services.Select(static x => x.Name));
        Assert.Equal([":1", ":3", ":4"], engine.Network.Held);
        await engine.ApplyAsync(new ApplySources(new GostConfig { Services = [Service("own", ":5")] }));
        Assert.Equal(["rest", "own"], engine.Control.Export().Services.Select(static x => x.Name));
        Assert.Equal([":1", ":5"], engine.Network.Held);
    }

    [Fact]
    public async Task SourcesThatCannotRunHere_EndTheStart()
    {
        await using EngineFixture engine = new();
        GostConfig sources = new() { Services = [Service("a", ":1") with { Handler = new HandlerConfig { Type = "http3" } }] };
        var refused = await Assert.ThrowsAsync<ConfigException>(() => engine.Engine.StartAsync(sources, Token));
        Assert.Contains(refused.Findings, static x => x.Pointer == "/services/0/handler/type");
        Assert.Empty(engine.Network.Held);
    }

    [Fact]
    public async Task TenThousandServices_StartAtOnce()
    {
        await using EngineFixture engine = new();
        engine.Store.State = State([.. Enumerable.Range(1, 10_000).Select(static x => Service($"s{x}", $":{x}"))]);
        await engine.Engine.StartAsync(null, Token);
        Assert.Equal(10_000, engine.Network.Held.Count);
    }

    [Fact]
    public async Task TenEngines_RunSideBySide()
    {
        List<EngineFixture> engines = [];
        for (var i = 0; i < 10; i++)
        {
            engines.Add(await StartAsync(Service("a", ":1")));
        }

        foreach (var engine in engines)
        {
            Assert.NotNull(engine.Network.Connect(":1"));
            Assert.Equal(1, engine.Status("a").Stats.TotalConns);
            await engine.DisposeAsync();
            Assert.True(engine.Store.Disposed);
        }
    }

    internal static DesiredState State(params ServiceConfig[] services) => new(
        1,
        services
            .Select(static (x, i) => new DesiredObject(ConfigKind.Services, x, 1, i, ObjectOrigin.Rest, default, default))
            .ToImmutableDictionary(static x => x.Key));

    // Every service that fails is told to the loop again after its attempt; the attempt is over when the lock is free.
    private static async Task AttemptAsync(EngineFixture engine, Action advance)
    {
        TaskCompletionSource bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Network.Bound = _ => bound.TrySetResult();
        advance();
        await bound.Task.WaitAsync(Token);
        engine.Network.Bound = null;
        await engine.ApplyAsync(new ImportDocument(new GostConfig(), Replace: false) { DryRun = true });
    }
}

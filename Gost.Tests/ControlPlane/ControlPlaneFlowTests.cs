using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

/// <summary>Flows amid changes and at the end: drained, listed, cut.</summary>
public sealed class ControlPlaneFlowTests
{
    [Fact]
    public async Task Delete_ClosesTheSocketAndLeavesTheFlows()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1");
        await engine.ApplyAsync(new DeleteObject(ConfigKind.Services, "a"));
        Assert.Empty(engine.Network.Held);
        Assert.Null(engine.Control.GetStatus("a"));
        Assert.Null(engine.Control.GetConnections("a"));
        Assert.False(flow!.Aborted); // Connected above.
    }

    [Fact]
    public async Task Drain_EndsOldFlowsAfterItsTime()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var old = engine.Network.Connect(":1")!; // Listening.
        await engine.ApplyAsync(Replace("a", ":1", "127.0.0.1:2") with { Drain = TimeSpan.FromSeconds(30) });
        var young = engine.Network.Connect(":1")!; // Listening.
        engine.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(old.Aborted);
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        await old.Disposed.Task.WaitAsync(Token);
        Assert.True(old.Aborted);
        Assert.False(young.Aborted);
        await engine.ApplyAsync(new DeleteObject(ConfigKind.Services, "a") { Drain = TimeSpan.Zero });
        Assert.True(young.Aborted);
    }

    [Fact]
    public async Task Connections_AreListedAndCutOneByOne()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var first = engine.Network.Connect(":1")!; // Listening.
        var second = engine.Network.Connect(":1")!; // Listening.
        var list = engine.Control.GetConnections("a")!; // Exists.
        Assert.Equal(["127.0.0.1:1000", "127.0.0.1:1000"], list.Select(static x => x.Client));
        Assert.False(engine.Control.CloseConnection("a", 99));
        Assert.True(engine.Control.CloseConnection("a", list[0].Id));
        await first.Disposed.Task.WaitAsync(Token);
        Assert.False(second.Aborted);
        Assert.Equal(1, engine.Status("a").Stats.CurrentConns);
    }

    [Fact]
    public async Task Stop_WaitsForFlows_ThenCutsThem()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1")!; // Listening.
        var start = engine.Time.GetUtcNow();
        var stop = engine.Engine.StopAsync(TimeSpan.FromSeconds(10), Token);
        while (!stop.IsCompleted)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(flow.Aborted && engine.Time.GetUtcNow() - start < TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await stop;
        Assert.True(flow.Aborted);
        Assert.Empty(engine.Network.Held);
        Assert.Equal(ChangeRefusal.StoreUnavailable, (await engine.RefuseAsync(Create("b", ":2"))).Reason);
    }

    [Fact]
    public async Task Stop_WithADrainLongerThanATimerWaits_Waits()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1")!; // Listening.
        var stop = engine.Engine.StopAsync(TimeSpan.FromDays(100), Token);
        flow.Ended.SetResult();
        await stop.WaitAsync(Token);
        Assert.False(flow.Aborted);
    }

    [Fact]
    public async Task AStreamThatTheAdmissionOfNowForbids_IsNotServed()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        Assert.NotNull(engine.Network.Connect(":1"));
        await engine.ApplyAsync(new CreateObject(ConfigKind.Admissions, new AdmissionConfig { Name = "nobody", Whitelist = true }));
        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Services, "a", Service("a", ":1") with { Admission = "nobody" }));
        Assert.Null(engine.Network.Connect(":1"));
        Assert.Equal(1, engine.Status("a").Stats.TotalConns);
    }

    [Fact]
    public async Task Stop_WithoutFlows_EndsAtOnce()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1")!; // Listening.
        var stop = engine.Engine.StopAsync(TimeSpan.FromSeconds(10), Token);
        flow.Ended.SetResult();
        await stop.WaitAsync(Token);
        Assert.False(flow.Aborted);
    }
}

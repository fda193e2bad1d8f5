using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task Apply_BeforeStart_IsRefused()
    {
        await using EngineFixture engine = new();
        Assert.False(engine.Control.IsReady);
        var refused = await engine.RefuseAsync(Create("a", ":1"));
        Assert.Equal(ChangeRefusal.StoreUnavailable, refused.Reason);
    }

    [Fact]
    public async Task Create_RunsAndStoresTheService()
    {
        await using var engine = await StartAsync();
        var applied = await engine.ApplyAsync(Create(" a ", ":1"));
        Assert.Equal((1, "services/a"), (applied.Revision, Assert.Single(applied.Plan.Added)));
        Assert.Equal("a", Assert.Single(Assert.Single(engine.Store.Commits).Upserts).Config.Name);
        Assert.NotNull(engine.Network.Connect(":1"));
        var status = engine.Status("a");
        Assert.Equal((ServiceState.Ready, 1, 1, 1), (status.State, status.Generation, status.Stats.CurrentConns, status.Stats.TotalConns));
        Assert.Equal(
            ["service a is running", "service a is ready", "service a is listening on :1"],
            status.Events.Select(static x => x.Message));
    }

    [Fact]
    public async Task Create_OfAnExistingName_IsRefused()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var refused = await engine.RefuseAsync(Create("a", ":2"));
        Assert.Equal((ChangeRefusal.Exists, "service a already exists"), (refused.Reason, refused.Message));
    }

    [Fact]
    public async Task ReplaceAndDelete_OfUnknownNames_AreRefused()
    {
        await using var engine = await StartAsync();
        var replaced = await engine.RefuseAsync(Replace("a", ":2"));
        Assert.Equal((ChangeRefusal.NotFound, "service a not found"), (replaced.Reason, replaced.Message));
        var deleted = await engine.RefuseAsync(new DeleteObject(ConfigKind.Chains, "c"));
        Assert.Equal((ChangeRefusal.NotFound, "chain c not found"), (deleted.Reason, deleted.Message));
    }

    [Fact]
    public async Task Create_AtATakenPort_ChangesNothingAndSaysWhy()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        engine.Network.Taken.Add(":2");
        var refused = await engine.RefuseAsync(Create("b", ":2"));
        Assert.Equal(ChangeRefusal.CannotPrepare, refused.Reason);
        Assert.Equal("create service b failed: listen tcp :2: bind: address already in use", refused.Message);
        Assert.Null(engine.Control.GetStatus("b"));
        Assert.Single(engine.Store.Commits);
        Assert.Equal([":1"], engine.Network.Held);
    }

    [Fact]
    public async Task Replace_AtTheSameAddress_KeepsSocketAndFlows()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1");
        var applied = await engine.ApplyAsync(Replace("a", ":1", "127.0.0.1:2"));
        Assert.Equal(["services/a"], applied.Plan.Changed);
        Assert.Empty(applied.Plan.Restarted);
        Assert.NotNull(flow);
        Assert.False(flow.Aborted);
        Assert.NotNull(engine.Network.Connect(":1"));
        Assert.Equal((1, 2), (engine.Network.Leases(":1"), engine.Status("a").Generation));
        Assert.Equal(2, engine.Status("a").Stats.CurrentConns);
    }

    [Fact]
    public async Task Replace_AtAnotherAddress_ClosesTheOldOneBeforeItAnswers()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var applied = await engine.ApplyAsync(Replace("a", ":2"));
        Assert.Equal(["services/a"], applied.Plan.Restarted);
        Assert.Equal([":2"], engine.Network.Held);
    }

    [Fact]
    public async Task Replace_ByTheSame_HasNoEffect()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var applied = await engine.ApplyAsync(Replace("a", ":1"));
        Assert.Equal(1, applied.Revision);
        Assert.Empty(applied.Plan.Changed);
        Assert.Equal((1, 1), (engine.Network.Binds, engine.Status("a").Generation));
        Assert.Single(engine.Store.Commits);
    }

    [Theory]
    [InlineData(StoreError.DiskFull, ChangeRefusal.DiskFull)]
    [InlineData(StoreError.ReadOnly, ChangeRefusal.StoreUnavailable)]
    [InlineData(StoreError.Failed, ChangeRefusal.StoreUnavailable)]
    public async Task AStoreThatFails_LeavesEverythingAsItWas_AndRecovers(StoreError fault, ChangeRefusal reason)
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var before = engine.Control.Desired;
        var flow = engine.Network.Connect(":1");
        engine.Store.Fault = fault;
        Assert.Equal(reason, (await engine.RefuseAsync(Replace("a", ":2"))).Reason);
        Assert.Equal(reason, (await engine.RefuseAsync(Create("b", ":3"))).Reason);
        Assert.Equal(reason, (await engine.RefuseAsync(new DeleteObject(ConfigKind.Services, "a"))).Reason);
        Assert.Same(before, engine.Control.Desired);
        Assert.Equal([":1"], engine.Network.Held);
        Assert.NotNull(engine.Network.Connect(":1"));
        Assert.False(flow!.Aborted); // Connected above.
        engine.Store.Fault = null;
        await engine.ApplyAsync(Replace("a", ":2"));
        Assert.Equal([":2"], engine.Network.Held);
    }

    [Fact]
    public async Task ARequestGivenUpDuringTheCommit_IsAppliedWhole()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        using CancellationTokenSource caller = new();
        engine.Store.Committing = caller.Cancel;
        Assert.IsType<ChangeApplied>(await engine.Control.ApplyAsync(Replace("a", ":2"), caller.Token));
        Assert.Equal([":2"], engine.Network.Held);
    }

    [Fact]
    public async Task ARequestGivenUpBeforeTheCommit_ChangesNothing()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        using CancellationTokenSource caller = new();
        engine.Network.Bound = _ => caller.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await engine.Control.ApplyAsync(Replace("a", ":2"), caller.Token));
        Assert.Equal([":1"], engine.Network.Held);
        Assert.Single(engine.Store.Commits);
    }

    [Fact]
    public async Task DryRun_AnswersThePlanAndTouchesNothing()
    {
        await using var engine = await StartAsync(Service("a", ":1"), Service("b", ":2"));
        GostConfig document = new() { Services = [Service("a", ":5"), Service("c", ":3")], Chains = [new ChainConfig { Name = "x" }] };
        var applied = await engine.ApplyAsync(new ImportDocument(document, Replace: true) { DryRun = true });
        Assert.True(applied.DryRun);
        Assert.Equal(2, applied.Revision);
        Assert.Equal(["services/c", "chains/x"], applied.Plan.Added);
        Assert.Equal(["services/a"], applied.Plan.Changed);
        Assert.Equal(["services/b"], applied.Plan.Removed);
        Assert.Equal(["services/a"], applied.Plan.Restarted);
        Assert.Equal((2, 2), (engine.Network.Binds, engine.Store.Commits.Count));
    }

    [Fact]
    public async Task Import_OfSwappedAddresses_SwapsThem()
    {
        await using var engine = await StartAsync(Service("a", ":1"), Service("b", ":2"));
        await engine.ApplyAsync(new ImportDocument(new GostConfig { Services = [Service("a", ":2"), Service("b", ":1")] }, Replace: false));
        Assert.Equal([":1", ":2"], engine.Network.Held);
        engine.Network.Connect(":2");
        Assert.Equal((1, 0), (engine.Status("a").Stats.TotalConns, engine.Status("b").Stats.TotalConns));
    }

    [Fact]
    public async Task Import_WithOneBadPort_AppliesNothingAndPointsToIt()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        engine.Network.Taken.Add(":3");
        GostConfig document = new() { Services = [Service("a", ":9"), Service("b", ":2"), Service("c", ":3")] };
        var refused = await engine.RefuseAsync(new ImportDocument(document, Replace: false));
        Assert.Equal("/services/2/addr", Assert.Single(refused.Findings).Pointer);
        Assert.Equal([":1"], engine.Network.Held);
        Assert.Equal(["a"], engine.Control.Export().Services.Select(static x => x.Name));
    }

    [Fact]
    public async Task ImportMerge_KeepsPlacesAndAppends_ImportReplaceIsTheDocument()
    {
        await using var engine = await StartAsync(Service("a", ":1"), Service("b", ":2"));
        GostConfig merged = new() { Services = [Service("d", ":4"), Service("b", ":5")] };
        await engine.ApplyAsync(new ImportDocument(merged, Replace: false));
        Assert.Equal(["a", "b", "d"], engine.Control.Export().Services.Select(static x => x.Name));
        GostConfig exact = new() { Services = [Service("d", ":4"), Service("a", ":1")], Api = new ApiConfig { Addr = ":1" } };
        var applied = await engine.ApplyAsync(new ImportDocument(exact, Replace: true));
        Assert.Equal(exact, engine.Control.Export());
        Assert.Empty(applied.Plan.Changed);
        Assert.Contains(applied.Warnings, static x => x.Pointer == "/api");
        Assert.Equal([":1", ":4"], engine.Network.Held);
    }

    [Fact]
    public async Task Import_AtAnotherRevisionThanIfMatch_IsRefused()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var refused = await engine.RefuseAsync(new ImportDocument(new GostConfig(), Replace: true) { IfMatch = [7] });
        Assert.Equal(ChangeRefusal.PreconditionFailed, refused.Reason);
        await engine.ApplyAsync(new ImportDocument(new GostConfig(), Replace: true) { IfMatch = [7, 1] });
    }

    [Fact]
    public async Task Reload_AtAnotherRevisionThanIfMatch_IsRefused()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        foreach (var reload in new ChangeRequest[] { new ReapplyState(), new ApplySources(new GostConfig { Services = [Service("b", ":2")] }) })
        {
            Assert.Equal(ChangeRefusal.PreconditionFailed, (await engine.RefuseAsync(reload with { IfMatch = [7] })).Reason);
            Assert.Equal([":1"], engine.Network.Held);
            await engine.ApplyAsync(reload with { IfMatch = [7, 1] });
        }

        Assert.Equal([":1", ":2"], engine.Network.Held);
    }

    [Fact]
    public async Task IfMatch_ComparesTheObjectsRevision()
    {
        await using var engine = await StartAsync(Service("a", ":1"), Service("b", ":2"));
        Assert.Equal(ChangeRefusal.PreconditionFailed, (await engine.RefuseAsync(Replace("a", ":3") with { IfMatch = [2] })).Reason);
        Assert.Equal(3, (await engine.ApplyAsync(Replace("a", ":3") with { IfMatch = [1] })).Revision);
        await engine.ApplyAsync(Replace("a", ":4") with { IfMatch = [] });
        Assert.Equal(2, engine.Control.Desired.Find(ConfigKind.Services, "b")?.Revision);
        Assert.Equal(ChangeRefusal.PreconditionFailed, (await engine.RefuseAsync(Create("c", ":5") with { IfMatch = [] })).Reason);
    }

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
    public async Task AFlowThatFails_ShowsInTheStatus()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        var flow = engine.Network.Connect(":1")!; // Listening.
        flow.Fault = new FlowException(FlowLayer.Dial, FlowError.Refused, "connection refused") { Node = "target-0" };
        flow.Ended.SetResult();
        await flow.Disposed.Task.WaitAsync(Token);
        var status = engine.Status("a");
        Assert.Equal((1, FlowLayer.Dial, "target-0"), (status.Stats.TotalErrs, status.LastError?.Layer, status.LastError?.Node));
    }

    [Fact]
    public async Task MetadataThatNoPartUses_IsAWarning()
    {
        await using var engine = await StartAsync();
        ConfigMap<object?> metadata = new([new("keepalive", true), new("idleTimeout", "5s"), new("nonsense", 1L), new("enableStats", true)]);
        var service = Service("a", ":1") with
        {
            Metadata = metadata,
            Handler = new HandlerConfig { Type = "tcp", Metadata = metadata },
            Listener = new ListenerConfig { Type = "tcp", Metadata = metadata },
        };
        var applied = await engine.ApplyAsync(new CreateObject(ConfigKind.Services, service));
        Assert.Equal("/metadata/nonsense", Assert.Single(applied.Warnings).Pointer);
        Assert.Equal("metadata key nonsense has no effect", Assert.Single(engine.Status("a").Warnings));
    }

    [Fact]
    public async Task Status_NamesWhatIsMissing_UntilItIsThere()
    {
        await using var engine = await StartAsync(Service("a", ":1") with { Admission = "door" });
        Assert.Contains("admission door does not exist: nobody is admitted", engine.Status("a").Warnings);
        await engine.ApplyAsync(new CreateObject(ConfigKind.Admissions, new AdmissionConfig { Name = "door", Whitelist = true, Matchers = ["192.0.2.1"] }));
        Assert.DoesNotContain(engine.Status("a").Warnings, static x => x.Contains("door", StringComparison.Ordinal));
        Assert.Equal(1, engine.Status("a").Generation);
        var applied = await engine.ApplyAsync(new DeleteObject(ConfigKind.Admissions, "door"));
        Assert.Equal("service a still uses admission door: every client is refused until it exists", Assert.Single(applied.Warnings).Message);
    }

    [Fact]
    public async Task Delete_OfWhatAChainUses_SaysSo()
    {
        await using var engine = await StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Hops, new HopConfig { Name = "h" }));
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h" }] }));
        var applied = await engine.ApplyAsync(new DeleteObject(ConfigKind.Hops, "h"));
        Assert.Equal("chain c still uses hop h: connections that need it are refused until it exists", Assert.Single(applied.Warnings).Message);
    }

    [Fact]
    public async Task Status_NamesAMissingHop_ThoughNodesStandBesideItsOldName()
    {
        var service = Service("a", ":1");
        await using var engine = await StartAsync(service with { Forwarder = service.Forwarder! with { Name = "gone" } });
        Assert.Contains("hop gone does not exist: connections are refused", engine.Status("a").Warnings);
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
    public async Task AFaultThatStandsAlready_OutlastsThePublication()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        engine.Network.Standing = new FlowException(FlowLayer.Accept, FlowError.OutOfDescriptors, "accept: too many open files");
        await engine.ApplyAsync(Replace("a", ":1", "127.0.0.1:2"));
        Assert.Equal((ServiceState.Failed, "accept: too many open files"), (engine.Status("a").State, engine.Status("a").LastError?.Message));
        engine.Network.Sink(":1")!.ReportFault(null);
        Assert.Equal(ServiceState.Ready, engine.Status("a").State);
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

    private static CreateObject Create(string name, string addr) => new(ConfigKind.Services, Service(name, addr));

    private static ReplaceObject Replace(string name, string addr, string target = "127.0.0.1:1") =>
        new(ConfigKind.Services, name, Service("other", addr, target));
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

/// <summary>Changes: what is applied, refused, planned, stored.</summary>
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
}

using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

/// <summary>What the status and the answers to changes say.</summary>
public sealed class ControlPlaneStatusTests
{
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
    public async Task AFaultThatStandsAlready_OutlastsThePublication()
    {
        await using var engine = await StartAsync(Service("a", ":1"));
        engine.Network.Standing = new FlowException(FlowLayer.Accept, FlowError.OutOfDescriptors, "accept: too many open files");
        await engine.ApplyAsync(Replace("a", ":1", "127.0.0.1:2"));
        Assert.Equal((ServiceState.Failed, "accept: too many open files"), (engine.Status("a").State, engine.Status("a").LastError?.Message));
        engine.Network.Sink(":1")!.ReportFault(null);
        Assert.Equal(ServiceState.Ready, engine.Status("a").State);
    }
}

using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Net.Loops;

public sealed class LaneChoiceTests
{
    private static readonly StubLaneProbe Willing = new();
    private static readonly StubLaneProbe Sandbox = new("eventfd: Function not implemented", "splice: Function not implemented");

    [Fact]
    public void Auto_OnASystemThatHasItAll_IsTheKernelLaneWithALoopPerCore()
    {
        var lane = LaneChoice.Decide(new EngineOptions(), Willing, cores: 8);
        Assert.Equal((DataLane.Kernel, 8, TimeSpan.FromMicroseconds(50), true), (lane.Lane, lane.Loops, lane.Spin, lane.Splices));
    }

    [Fact]
    public void Auto_OnOneCore_DoesNotSpinUnlessItIsSet()
    {
        Assert.Equal(TimeSpan.Zero, LaneChoice.Decide(new EngineOptions(), Willing, cores: 1).Spin);
        Assert.Equal(TimeSpan.FromMicroseconds(20), LaneChoice.Decide(new EngineOptions { Spin = TimeSpan.FromMicroseconds(20) }, Willing, cores: 1).Spin);
        Assert.Equal(TimeSpan.Zero, LaneChoice.Decide(new EngineOptions { Spin = TimeSpan.Zero }, Willing, cores: 4).Spin);
    }

    [Fact]
    public void Auto_BoundToOneCoreOfMany_Spins() =>
        Assert.Equal(LaneChoice.DefaultSpin, LaneChoice.Decide(new EngineOptions(), new StubLaneProbe(isBound: true), cores: 1).Spin);

    [Fact]
    public void Auto_WhereACallIsRefused_IsThePortableLaneAndSaysWhich()
    {
        var lane = LaneChoice.Decide(new EngineOptions(), Sandbox, cores: 8);
        Assert.Equal((DataLane.Portable, 0, false), (lane.Lane, lane.Loops, lane.Splices));
        Assert.Contains("eventfd: Function not implemented", lane.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_WhereSpliceAloneIsRefused_IsTheKernelLaneThatCopies()
    {
        var lane = LaneChoice.Decide(new EngineOptions(), new StubLaneProbe(splice: "splice: Operation not permitted"), cores: 2);
        Assert.Equal((DataLane.Kernel, false), (lane.Lane, lane.Splices));
        Assert.Contains("splice: Operation not permitted", lane.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_WhereACallIsRefused_RefusesAndSaysWhyAndWhatToDo()
    {
        var refusal = Assert.Throws<LaneRefusedException>(() => LaneChoice.Decide(new EngineOptions { Lane = DataLane.Kernel }, Sandbox, cores: 2));
        Assert.Contains("eventfd: Function not implemented", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Engine:Lane", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Portable_AsksTheSystemForNothing() =>
        Assert.Equal(DataLane.Portable, LaneChoice.Decide(new EngineOptions { Lane = DataLane.Portable }, Willing, cores: 2).Lane);

    [Fact]
    public void Open_LogsTheLaneOnceAndGivesLoopsOfTheKernelLaneOnly()
    {
        CollectedLog log = new();
        EngineOptions options = new();
        Assert.Null(LaneChoice.Open(LaneChoice.Decide(options, Sandbox, cores: 2), options, TimeProvider.System, log));
        Assert.Contains("eventfd", Assert.Single(log.Of("PortableLane")), StringComparison.Ordinal);

        using var loops = LaneChoice.Open(LaneChoice.Decide(options, new StubLaneProbe(splice: "splice: refused"), cores: 2), options, TimeProvider.System, log);
        Assert.Equal((2, false), (loops!.Options.Loops, loops.Options.CanSplice));
        var line = Assert.Single(log.Of("KernelLane"));
        Assert.Contains("2 event loops, spin 50 us, copy", line, StringComparison.Ordinal);
        Assert.Contains("splice: refused", line, StringComparison.Ordinal);
    }

    [Fact]
    public void LinuxProbe_OfThisSystem_LeavesNoDescriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "it has the calls of Linux");
        LinuxLaneProbe probe = new();
        var refusal = probe.RefusalOfLoops();
        Assert.SkipWhen(refusal is not null, $"this system has no kernel lane: {refusal}");
        Assert.Null(probe.RefusalOfSplice());
        var before = Count();
        for (var i = 0; i < 100; i++)
        {
            probe.RefusalOfLoops();
            probe.RefusalOfSplice();
        }

        // Other tests open and close meanwhile, but not as many.
        Assert.True(Count() < before + 100);

        static int Count() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}

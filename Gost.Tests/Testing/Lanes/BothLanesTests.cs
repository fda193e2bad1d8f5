using System.Diagnostics;
using Gost.Engine.Runtime;
using Xunit;

namespace Gost.Tests.Testing.Lanes;

/// <summary>The mechanism itself: what a case sees of its lane.</summary>
[BothLanes]
public sealed class BothLanesTests
{
    private readonly DataLane _atConstruction = TestLane.Current;

    private static string Shown => TestContext.Current.TestCase?.TestCaseDisplayName ?? "";

    [Fact]
    public async Task Case_OfAFact_HasALaneAndItsEnginesHaveTheSame()
    {
        Assert.Contains(TestLane.Current, TestLane.Both.Select(static x => x.Lane));
        Assert.Equal(TestLane.Current, _atConstruction);
        Assert.EndsWith($" ({TestLane.Name})", Shown, StringComparison.Ordinal);
        await using EngineParts parts = new();
        Assert.Equal(TestLane.Current, parts.Services.Options.Lane);
        Assert.Equal(TestLane.Current, TestLane.Options(new EngineOptions { ReservedDescriptors = 1 }).Lane);
    }

    [Theory]
    [InlineData(DataLane.Kernel)]
    [InlineData(DataLane.Portable)]
    public void Case_OfATheory_HasALaneForEachRow(DataLane own)
    {
        Assert.Contains(TestLane.Current, TestLane.Both.Select(static x => x.Lane));
        Assert.Equal(own, TestLane.Options(new EngineOptions { Lane = own }).Lane);
    }

    [Fact]
    [OneLane("that is what is tested")]
    public void Case_OfAMethodOfOneLane_HasNone()
    {
        Assert.Equal((DataLane.Auto, "auto"), (TestLane.Current, TestLane.Name));
        Assert.DoesNotContain("(", Shown, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Program_StartedForACase_IsToldItsLane()
    {
        using var folder = new TempFolder();
        Assert.Contains("Engine:Lane", (await GostProcess.RunAsync(folder, TestContext.Current.CancellationToken, "-L", "tcp://:0", "-lane", "x")).Error, StringComparison.Ordinal);
        ProcessStartInfo info = new("gost");
        GostProcess.CleanEnvironment(info);
        Assert.Equal(TestLane.Name, info.Environment["Engine__Lane"]);
    }
}

using Xunit;

namespace Gost.Tests.EndToEnd.Soak;

public sealed class FlatnessTests
{
    private static readonly ProgramSample Even = new(default, 100, 20, 100_000, 20_000);

    [Fact]
    public void Judge_EvenSamplesAfterTheWarmUp_AreFlat()
    {
        // High and low in turn, as under load, and anything in the warm-up.
        var samples = Samples(i => i < 6 ? Even with { Descriptors = 1, Threads = 1, ResidentKiB = 1, HeapKiB = 1 }
            : Even with { Descriptors = 100 + (i % 4 * 30), HeapKiB = 20_000 + (i % 3 * 50_000) });
        Assert.Empty(Flatness.Judge(samples, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Judge_EachThatGrows_IsNamed()
    {
        Assert.Contains("descriptors grew", Single(i => Even with { Descriptors = 100 + (4 * i) }), StringComparison.Ordinal);
        Assert.Contains("threads grew", Single(i => Even with { Threads = 20 + (2 * i) }), StringComparison.Ordinal);
        Assert.Contains("resident KiB grew", Single(i => Even with { ResidentKiB = 100_000 + (3_000 * i) }), StringComparison.Ordinal);
        Assert.Contains("heap KiB grew", Single(i => Even with { HeapKiB = 20_000 + (1_500 * i) }), StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_WhatShrinks_IsFlat() => Assert.Empty(Flatness.Judge(Samples(i => Even with { Descriptors = 1000 - i, ResidentKiB = 500_000 - (1_000 * i) }), default));

    [Fact]
    public void Judge_TooFewSamples_IsAFault() => Assert.Contains("too few", Assert.Single(Flatness.Judge([Even, Even], default)), StringComparison.Ordinal);

    private static string Single(Func<int, ProgramSample> of) => Assert.Single(Flatness.Judge(Samples(of), TimeSpan.FromSeconds(60)));

    private static List<ProgramSample> Samples(Func<int, ProgramSample> of) => [.. Enumerable.Range(0, 30).Select(i => of(i) with { At = TimeSpan.FromSeconds(10 * i) })];
}

using Gost.Engine.Layers;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Layers;

public sealed class FaultLinesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryTake_MoreThanTheLimit_AreCountedAndSaidOnce()
    {
        using CollectedLog log = new();
        using FaultLines lines = new(_time, log);

        var taken = Enumerable.Range(0, 100).Count(_ => lines.TryTake("a"));
        Assert.True(lines.TryTake("b"));
        _time.Advance(FaultLines.Interval);

        Assert.Equal(FaultLines.MaxLines, taken);
        Assert.Equal("a: 90 more failures of peers within 10 s", Assert.Single(log.Of("FaultsLeftOut")));
        Assert.True(lines.TryTake("a"));
    }

    [Fact]
    public void Dispose_AnOpenInterval_SaysNothingMore()
    {
        using CollectedLog log = new();
        FaultLines lines = new(_time, log);
        for (var i = 0; i < 20; i++)
        {
            lines.TryTake("a");
        }

        lines.Dispose();
        _time.Advance(FaultLines.Interval);

        Assert.Empty(log.Of("FaultsLeftOut"));
        Assert.False(lines.TryTake("a"));
    }
}

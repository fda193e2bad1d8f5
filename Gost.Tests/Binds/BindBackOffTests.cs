using Gost.Engine.Abstractions;
using Gost.Engine.Binds;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Binds;

public sealed class BindBackOffTests
{
    private static readonly FlowException Refusal = new(FlowLayer.Bind, FlowError.NotPermitted, "no");
    private static readonly FlowException Away = new(FlowLayer.Dial, FlowError.Refused, "nobody there");

    private readonly FakeTimeProvider _time = new();
    private readonly BindBackOff _backOff;

    public BindBackOffTests() => _backOff = new BindBackOff(_time);

    [Fact]
    public void Next_FarEndThatRefuses_GrowsToFiveSeconds() => Assert.Equal([1, 2, 4, 5, 5, 5], Seconds(Refusal, 6));

    [Fact]
    public void Next_HostThatRefusesConnections_IsAskedEverySecond() => Assert.Equal([1, 1, 1, 1], Seconds(Away, 4));

    [Fact]
    public void Next_AfterABindThatLasted_BeginsAtOnceAndEndsAtOneSecond()
    {
        _ = Seconds(Refusal, 4);
        BoundFor(BindBackOff.Lasting);

        Assert.Equal([0, 0.1, 0.2, 0.4, 0.8, 1, 1, 1], Seconds(Refusal, 8));
    }

    [Fact]
    public void Next_LongAfterTheBind_GrowsAgain()
    {
        BoundFor(BindBackOff.Lasting);
        _ = Seconds(Refusal, 6);
        _time.Advance(BindBackOff.Recent);

        Assert.Equal([5, 5], Seconds(Refusal, 2));
        Assert.Equal([1], Seconds(Away, 1));
    }

    [Fact]
    public void Next_BindsThatDoNotLast_AreNotAskedForWithoutPause()
    {
        List<double> waits = [];
        for (var i = 0; i < 5; i++)
        {
            BoundFor(BindBackOff.Lasting - TimeSpan.FromMilliseconds(1));
            waits.AddRange(Seconds(Refusal, 1));
        }

        Assert.Equal([1, 2, 4, 5, 5], waits);
    }

    private void BoundFor(TimeSpan time)
    {
        _backOff.Bound();
        _time.Advance(time);
    }

    private double[] Seconds(FlowException fault, int count) => [.. Enumerable.Range(0, count).Select(_ => _backOff.Next(fault).TotalSeconds)];
}

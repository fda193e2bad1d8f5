using System.Diagnostics;
using Gost.Engine.Net.Loops;
using Xunit;

namespace Gost.Tests.Net.Loops;

/// <summary>When spinning is tried and when not, over a clock of the test's own.</summary>
public sealed class LoopSpinTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(50);

    private readonly SpinRoom _room = new(1);
    private readonly LoopSpin _spin;
    private long _now;
    private TimeSpan _yieldTakes = TimeSpan.FromMicroseconds(1);

    public LoopSpinTests() => _spin = new LoopSpin(Longest, _room, () => _now, () => Pass(_yieldTakes));

    [Fact]
    public void Spin_BeforeAnyTraffic_IsNotTried() => Assert.False(_spin.TryBegin());

    [Fact]
    public void Spin_AfterAShortSleep_IsTriedAndAfterALongOneNot()
    {
        Sleep(TimeSpan.FromMilliseconds(5));
        Assert.False(_spin.TryBegin());
        Sleep(TimeSpan.FromMicroseconds(60));
        Assert.True(_spin.TryBegin());
    }

    [Fact]
    public void Spin_ThatFindsNothing_LastsAsLongAsSetAndGivesWayAtEachLook()
    {
        Sleep(Longest);
        Assert.True(_spin.TryBegin());
        var looks = 1;
        while (_spin.GoesOn())
        {
            looks++;
        }

        Assert.Equal(51, looks);
    }

    [Fact]
    public void Spins_ThatFindNothing_EndAfterAFew()
    {
        Sleep(Longest);
        var tried = 0;
        while (tried < 100 && _spin.TryBegin())
        {
            tried++;
            _spin.End(found: false);
            Sleep(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(tried, 1, 8);
        Assert.True(_room.TryEnter(_now));
    }

    [Fact]
    public void Spins_ThatFindNothing_NeedTwiceAsManyShortSleepsEachTime()
    {
        int[] needed = [0, 0, 0, 0];
        for (var round = 0; round < needed.Length; round++)
        {
            do
            {
                Sleep(Longest);
                needed[round]++;
                Assert.True(needed[round] < 1000);
            }
            while (!TryOnce());

            while (TryOnce())
            {
            }
        }

        Assert.Equal([1, 1, 2, 4], needed);

        bool TryOnce()
        {
            var begun = _spin.TryBegin();
            if (begun)
            {
                _spin.End(found: false);
            }

            return begun;
        }
    }

    [Fact]
    public void Spins_OfWhichMostFindSomething_GoOn()
    {
        Sleep(Longest);
        for (var i = 0; i < 300; i++)
        {
            Assert.True(_spin.TryBegin());
            _spin.End(found: i % 3 != 0);
            if (i % 3 == 0)
            {
                Sleep(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [Fact]
    public void Spin_AfterALongTurn_IsNotTried()
    {
        Sleep(Longest);
        Pass(TimeSpan.FromMicroseconds(300));
        Assert.False(_spin.TryBegin());
        Sleep(Longest);
        Assert.True(_spin.TryBegin());
    }

    [Fact]
    public void Spin_WhileAsManyOthersSpinAsMay_IsNotTried()
    {
        Sleep(Longest);
        Assert.True(_room.TryEnter(_now));
        Assert.False(_spin.TryBegin());
        _room.Leave();
        Assert.True(_spin.TryBegin());
    }

    [Fact]
    public void Spin_WhenOthersNeedTheCore_EndsWithOneMoreLook()
    {
        _yieldTakes = TimeSpan.FromMilliseconds(2);
        Sleep(Longest);
        Assert.True(_spin.TryBegin());
        Assert.True(_spin.GoesOn());
        Assert.False(_spin.GoesOn());
        _spin.End(found: true);
    }

    [Fact]
    public void Spins_WhileOthersNeedTheCore_EndAfterAFewEvenIfTheyFindSomething()
    {
        _yieldTakes = TimeSpan.FromMilliseconds(2);
        Sleep(Longest);
        var tried = 0;
        while (tried < 100 && _spin.TryBegin())
        {
            tried++;
            Assert.True(_spin.GoesOn());
            _spin.End(found: true);
        }

        Assert.InRange(tried, 1, 4);
    }

    private void Pass(TimeSpan time) => _now += (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Sleep(TimeSpan time)
    {
        _spin.FallAsleep();
        Pass(time);
        _spin.WakeUp();
    }
}

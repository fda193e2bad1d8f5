using Gost.Engine.Net.Loops;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Net.Loops;

public sealed class LoopTimersTests : IDisposable
{
    private static readonly TimeSpan[] Spans =
    [
        TimeSpan.Zero, Ms(1), Ms(63), Ms(64), Ms(65), Ms(999), Ms(4095), Ms(4096), Ms(4097), Ms(262_143), Ms(262_144), TimeSpan.FromMinutes(5), TimeSpan.FromHours(7),
    ];

    private readonly FakeTimeProvider _time = new();
    private readonly CollectedLog _log = new();
    private readonly EventLoop _loop;

    public LoopTimersTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "event loops are Linux's");
        _loop = new EventLoop(0, _time, _log);
        _loop.Start();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task Timer_SetForATime_IsCalledOnceAtThatTimeAndNotBefore()
    {
        CountingTimer timer = new(_time);
        var start = _time.GetUtcNow();
        await OnLoop(x => x.Set(timer, TimeSpan.FromSeconds(5)));

        _time.Advance(TimeSpan.FromSeconds(5) - Ms(1));
        await OnLoop(static _ => { });
        Assert.Equal(0, timer.Count);

        _time.Advance(Ms(1));
        Assert.Equal(start + TimeSpan.FromSeconds(5), await timer.NextAsync(Stop));
        _time.Advance(TimeSpan.FromHours(1));
        await OnLoop(x => Assert.Equal(0, x.Count));
        Assert.Equal(1, timer.Count);
    }

    [Fact]
    public async Task Timers_OfAllLengths_AreCalledInTheirOrderEachAtItsTime()
    {
        var start = _time.GetUtcNow();
        var timers = Spans.Select(_ => new CountingTimer(_time)).ToArray();
        await OnLoop(x =>
        {
            for (var i = Spans.Length - 1; i >= 0; i--)
            {
                x.Set(timers[i], Spans[i]);
            }
        });

        for (var i = 0; i < Spans.Length; i++)
        {
            if (start + Spans[i] - _time.GetUtcNow() is var rest && rest > TimeSpan.Zero)
            {
                _time.Advance(rest);
            }

            Assert.Equal(start + Spans[i], await timers[i].NextAsync(Stop));
            Assert.All(timers[(i + 1)..], static x => Assert.Equal(0, x.Count));
        }
    }

    [Fact]
    public async Task Timer_BetweenTwoTicks_IsNotCalledBeforeItsExactTime()
    {
        // The loop was made at a whole millisecond; these are due within one.
        var half = TimeSpan.FromTicks(5000);
        CountingTimer first = new(_time);
        CountingTimer second = new(_time);
        await OnLoop(x => x.Set(first, Ms(2)));
        _time.Advance(half);
        await OnLoop(x => x.Set(second, Ms(2)));

        _time.Advance(Ms(2) - half);
        await first.NextAsync(Stop);
        await OnLoop(static _ => { });
        Assert.Equal(0, second.Count);

        _time.Advance(half);
        await second.NextAsync(Stop);
    }

    [Fact]
    public async Task Timer_Removed_IsNotCalled()
    {
        CountingTimer removed = new(_time);
        CountingTimer kept = new(_time);
        await OnLoop(x =>
        {
            x.Set(removed, Ms(10));
            x.Set(kept, Ms(10));
            x.Remove(removed);
            x.Remove(removed);
            Assert.False(removed.IsSet);
        });

        _time.Advance(Ms(10));
        await kept.NextAsync(Stop);
        Assert.Equal(0, removed.Count);
    }

    [Fact]
    public async Task Timer_SetAnew_IsCalledAtTheNewTimeOnly()
    {
        CountingTimer earlier = new(_time);
        CountingTimer later = new(_time);
        var start = _time.GetUtcNow();
        await OnLoop(x =>
        {
            x.Set(earlier, TimeSpan.FromMinutes(1));
            x.Set(earlier, Ms(20));
            x.Set(later, Ms(10));
            x.Set(later, Ms(30));
        });

        _time.Advance(Ms(20));
        Assert.Equal(start + Ms(20), await earlier.NextAsync(Stop));
        Assert.Equal(0, later.Count);
        _time.Advance(Ms(10));
        Assert.Equal(start + Ms(30), await later.NextAsync(Stop));
    }

    [Fact]
    public async Task Timer_ThatSetsItself_IsCalledPeriodically()
    {
        CountingTimer timer = new(_time, x => _loop.Timers.Set(x, TimeSpan.FromSeconds(1)));
        await OnLoop(x => x.Set(timer, TimeSpan.FromSeconds(1)));
        for (var i = 1; i <= 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await timer.NextAsync(Stop);
            await OnLoop(static _ => { });
            Assert.Equal(i, timer.Count);
        }
    }

    [Fact]
    public async Task Timer_ThatSetsItselfWithoutWaiting_DoesNotHoldTheLoop()
    {
        var goesOn = true;
        CountingTimer timer = new(_time, x =>
        {
            if (Volatile.Read(ref goesOn))
            {
                _loop.Timers.Set(x, TimeSpan.Zero);
            }
        });
        await OnLoop(x => x.Set(timer, TimeSpan.Zero));
        for (var i = 0; i < 3; i++)
        {
            await timer.NextAsync(Stop);
            await OnLoop(static _ => { });
        }

        Volatile.Write(ref goesOn, false);
    }

    [Fact]
    public async Task Timer_ThatRemovesAnotherOfTheSameTime_KeepsThatFromBeingCalled()
    {
        CountingTimer? first = null;
        CountingTimer second = new(_time, _ => _loop.Timers.Remove(first!));
        first = new CountingTimer(_time, _ => _loop.Timers.Remove(second));
        CountingTimer last = new(_time);
        await OnLoop(x =>
        {
            x.Set(first, Ms(5));
            x.Set(second, Ms(5));
            x.Set(last, Ms(6));
        });

        _time.Advance(Ms(6));
        await last.NextAsync(Stop);
        await OnLoop(static _ => { });
        Assert.Equal(1, first.Count + second.Count);
    }

    [Fact]
    public async Task Timer_ThatFails_IsLoggedAndTheOthersAreCalled()
    {
        CountingTimer[] timers =
        [
            new(_time), new(_time, static _ => throw new InvalidOperationException("this one fails")), new(_time),
        ];
        await OnLoop(x => Array.ForEach(timers, y => x.Set(y, Ms(5))));
        _time.Advance(Ms(5));
        foreach (var timer in timers)
        {
            await timer.NextAsync(Stop);
        }

        await OnLoop(static _ => { });
        Assert.Single(_log.Of("LoopHandlerFailed"));
    }

    [Fact]
    public async Task Alarm_IsSetForTheNextTimerAndOnlyWhileThereAreSome()
    {
        CountingTimer near = new(_time);
        CountingTimer far = new(_time);
        await OnLoop(x =>
        {
            Assert.Null(x.AlarmAt);
            x.Set(far, TimeSpan.FromHours(2));
            Assert.Equal(far.Due, x.AlarmAt);
            x.Set(near, Ms(100));
            Assert.Equal(near.Due, x.AlarmAt);
        });

        _time.Advance(Ms(100));
        await near.NextAsync(Stop);
        await OnLoop(x => Assert.Equal(far.Due, x.AlarmAt));
        _time.Advance(TimeSpan.FromHours(2));
        await far.NextAsync(Stop);
        await OnLoop(x => Assert.Null(x.AlarmAt));
    }

    [Fact]
    public async Task Alarm_OfARemovedTimer_RingsOnceInVainAndIsOffThen()
    {
        CountingTimer timer = new(_time);
        await OnLoop(x =>
        {
            x.Set(timer, Ms(100));
            x.Remove(timer);
        });

        _time.Advance(Ms(100));
        await OnLoop(x => Assert.Null(x.AlarmAt));
        Assert.Equal(0, timer.Count);
    }

    [Fact]
    public async Task Timer_OfTwoHundredYears_IsBoundedAndDoesNotRing()
    {
        CountingTimer forever = new(_time);
        await OnLoop(x => x.Set(forever, TimeSpan.MaxValue));
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromDays(400));
            await OnLoop(x => Assert.Equal(1, x.Count));
        }

        Assert.Equal(0, forever.Count);
    }

    [Fact]
    public async Task Timers_TensOfThousandsInRandomOrder_FireExactlyWhenDue()
    {
        const int Count = 20_000;
        Random random = new(5);
        var start = _time.GetUtcNow();
        var fired = 0;
        var wrong = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<CountingTimer> timers = [];
        await OnLoop(x =>
        {
            for (var i = 0; i < Count; i++)
            {
                var after = Ms(random.Next(1, 100_000));
                CountingTimer timer = new(_time, y =>
                {
                    wrong += _time.GetUtcNow() < start + after ? 1 : 0;
                    if (++fired == Count - (Count / 3) - 1)
                    {
                        all.SetResult();
                    }
                });
                x.Set(timer, after);
                timers.Add(timer);
            }

            for (var i = 0; i < Count; i += 3)
            {
                x.Remove(timers[i]);
            }
        });

        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await OnLoop(static _ => { });
        }

        await all.Task.WaitAsync(Stop);
        await OnLoop(x => Assert.Equal(0, x.Count));
        Assert.Equal(0, wrong);
        Assert.All(timers.Where(static (_, i) => i % 3 == 0), static x => Assert.Equal(0, x.Count));
    }

    [Fact]
    public async Task Set_OverAndOver_AllocatesNothing()
    {
        CountingTimer timer = new(_time);
        long allocated = -1;
        await OnLoop(x =>
        {
            x.Set(timer, TimeSpan.FromHours(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10_000; i++)
            {
                x.Set(timer, TimeSpan.FromSeconds(3600 + i));
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, allocated);
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private Task OnLoop(Action<LoopTimers> what) => LoopCall.OnAsync(_loop, () => what(_loop.Timers)).WaitAsync(Stop);
}

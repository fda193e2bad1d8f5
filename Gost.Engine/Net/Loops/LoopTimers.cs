using System.Numerics;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// The timers of one loop, in a wheel of wheels: setting and removing one costs the same however many there are, and allocates nothing. One alarm of the
/// engine's clock, at the time of the next timer, wakes the loop; without timers nothing ticks. For the loop's thread, but for disposal.
/// </summary>
/// <remarks>
/// Time counts in ticks of a millisecond since the loop was made. A timer lies in the wheel of the highest group of six bits in which its tick differs from
/// the present one, so all of a lower wheel are due before all of a higher one, and the wheels' bits say where the next timers are. When the time
/// of a slot in a higher wheel comes its timers move to lower wheels: each at most once per wheel. A timer fires by its exact time, not by its tick.
/// </remarks>
internal sealed class LoopTimers : ILoopWork, IDisposable
{
    private const int BitsPerWheel = 6;
    private const int SlotsPerWheel = 1 << BitsPerWheel;
    private const int Wheels = 7;

    // Behind the wheels: those whose time is over and that are called one after the other.
    private const short DueSlot = Wheels * SlotsPerWheel;

    // The wheels reach 139 years.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    // A clock's timer takes 49 days at most; ringing once a day in vain costs nothing.
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromDays(1);

    private readonly EventLoop _loop;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly long _perTick;
    private readonly ITimer _alarm;
    private readonly LoopTimer?[] _slots = new LoopTimer?[DueSlot + 1];

    // Not later than the first of the slot's timers; that one may have been removed.
    private readonly long[] _earliest = new long[DueSlot];
    private readonly ulong[] _occupied = new ulong[Wheels];
    private long _alarmAt = long.MaxValue;
    private long _tick;
    private bool _isRinging;

    /// <summary>No timers. <see cref="IDisposable.Dispose"/> takes the alarm away.</summary>
    public LoopTimers(EventLoop loop, TimeProvider time)
    {
        (_loop, _time) = (loop, time);
        _start = time.GetTimestamp();
        _perTick = Math.Max(1, time.TimestampFrequency / 1000);
        _alarm = time.CreateTimer(static x => ((LoopTimers)x!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Timers that wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the alarm rings, as a time stamp of the engine's clock; null while it is off.</summary>
    public long? AlarmAt => _alarmAt == long.MaxValue ? null : _alarmAt;

    /// <summary>Calls <see cref="LoopTimer.OnTimer"/> once after the time, counted from <see cref="EventLoop.Now"/>. One that is set is set anew.</summary>
    public void Set(LoopTimer timer, TimeSpan after)
    {
        Remove(timer);
        if (Count == 0)
        {
            // Nothing has to move when the wheels turn.
            _tick = Math.Max(_tick, TickOf(_loop.Now));
        }

        var bounded = after > Longest ? Longest : after < TimeSpan.Zero ? TimeSpan.Zero : after;
        timer.Due = _loop.Now + StampsOf(bounded);
        timer.IsSet = true;
        Count++;
        Place(timer);
        if (timer.Due < _alarmAt && !_isRinging)
        {
            Arm();
        }
    }

    /// <summary>It will not be called any more; no effect on one that is not set.</summary>
    public void Remove(LoopTimer timer)
    {
        if (timer.IsSet)
        {
            // The alarm stays as it is: it rings once in vain at most, which is cheaper than to move it with every timer that comes and goes.
            Unlink(timer);
            timer.IsSet = false;
            Count--;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm.Dispose();

    void ILoopWork.Run()
    {
        _alarmAt = long.MaxValue;
        _isRinging = true;
        try
        {
            Collect(_time.GetTimestamp());

            // Those set meanwhile have their turn at the next ring, so that one that sets itself anew cannot hold the loop.
            while (_slots[DueSlot] is { } timer)
            {
                Remove(timer);
                timer.OnTimer();
            }
        }
        finally
        {
            // Also when one has failed: the others are called at the next turn of the loop.
            _isRinging = false;
            Arm();
        }
    }

    private long StampsOf(TimeSpan span)
    {
        // In two parts, exact and without overflow.
        var (seconds, rest) = Math.DivRem(span.Ticks, TimeSpan.TicksPerSecond);
        return (seconds * _time.TimestampFrequency) + (rest * _time.TimestampFrequency / TimeSpan.TicksPerSecond);
    }

    private long TickOf(long stamp) => Math.Max(0, stamp - _start) / _perTick;

    private void Place(LoopTimer timer)
    {
        var tick = Math.Max(TickOf(timer.Due), _tick);
        var differs = (ulong)(tick ^ _tick);
        var wheel = differs == 0 ? 0 : BitOperations.Log2(differs) / BitsPerWheel;
        var place = (int)(tick >> (wheel * BitsPerWheel)) & (SlotsPerWheel - 1);
        Link(timer, (short)((wheel * SlotsPerWheel) + place));
    }

    private void Link(LoopTimer timer, short slot)
    {
        ref var first = ref _slots[slot];
        if (slot != DueSlot)
        {
            _earliest[slot] = first is null ? timer.Due : Math.Min(timer.Due, _earliest[slot]);
            _occupied[slot / SlotsPerWheel] |= 1UL << (slot % SlotsPerWheel);
        }

        timer.Slot = slot;
        timer.Next = first;
        if (first is not null)
        {
            first.Previous = timer;
        }

        first = timer;
    }

    private void Unlink(LoopTimer timer)
    {
        var slot = timer.Slot;
        if (timer.Previous is { } previous)
        {
            previous.Next = timer.Next;
        }
        else
        {
            _slots[slot] = timer.Next;
            if (timer.Next is null && slot != DueSlot)
            {
                _occupied[slot / SlotsPerWheel] &= ~(1UL << (slot % SlotsPerWheel));
            }
        }

        if (timer.Next is { } next)
        {
            next.Previous = timer.Previous;
        }

        (timer.Next, timer.Previous) = (null, null);
    }

    /// <summary>Turns the wheels up to a time and puts all whose time is over together.</summary>
    private void Collect(long now)
    {
        var nowTick = TickOf(now);
        while (NextSlot() is var slot && slot >= 0)
        {
            var wheel = slot / SlotsPerWheel;
            var shift = wheel * BitsPerWheel;

            // The slot's first tick: the present one's higher bits, the slot's own, nothing below.
            var start = (((_tick >> shift) & ~(SlotsPerWheel - 1L)) | (long)(slot % SlotsPerWheel)) << shift;
            if (start > nowTick)
            {
                break;
            }

            _tick = Math.Max(_tick, start);
            var stays = false;
            for (var timer = _slots[slot]; timer is not null;)
            {
                var next = timer.Next;
                if (timer.Due <= now)
                {
                    Unlink(timer);
                    Link(timer, DueSlot);
                }
                else if (wheel > 0)
                {
                    Unlink(timer);
                    Place(timer);
                }
                else
                {
                    stays = true;
                }

                timer = next;
            }

            if (stays)
            {
                // The present tick is not over yet.
                return;
            }
        }

        _tick = Math.Max(_tick, nowTick);
    }

    /// <summary>The slot of the next timers, -1 without any.</summary>
    private int NextSlot()
    {
        for (var wheel = 0; wheel < Wheels; wheel++)
        {
            if (_occupied[wheel] is var bits && bits != 0)
            {
                return (wheel * SlotsPerWheel) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }

    /// <summary>The alarm rings at the time of the next timer, or at once when that has come already.</summary>
    private void Arm()
    {
        var now = _time.GetTimestamp();
        while (true)
        {
            var at = _slots[DueSlot] is not null ? now : NextSlot() is var slot && slot >= 0 ? _earliest[slot] : long.MaxValue;
            if (at == long.MaxValue)
            {
                return;
            }

            _alarmAt = at;
            if (at <= now)
            {
                _loop.Post(this);
                return;
            }

            // Up to whole milliseconds, which is what clocks count in: rounded down it would ring too early, and again and again.
            var rest = TimeSpan.FromMilliseconds(Math.Ceiling((at - now) * 1000.0 / _time.TimestampFrequency));
            rest = rest < LongestAlarm ? rest : LongestAlarm;
            _alarm.Change(rest, Timeout.InfiniteTimeSpan);

            // The clock may have gone on between looking and setting, and the alarm counts from the latter.
            now = _time.GetTimestamp();
            if (at > now)
            {
                return;
            }
        }
    }

    private void Ring() => _loop.Post(this);
}

using System.Diagnostics;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// When a loop looks for events again and again before it sleeps. To wake a thread takes tens of microseconds, more than a small message needs for all
/// the rest; but whoever spins takes a core from others. So it spins only while that pays: after short turns, when the last spins mostly found something
/// while nobody else wanted the core, and when there is room. For the loop's thread.
/// </summary>
/// <remarks>
/// Spins that find nothing use up trust, and without trust there is no spinning. Sleeps so short that a spin would have found the event win it back, each time it was
/// lost anew only after twice as many of them. It reads the machine's own clock: an engine's clock may stand still.
/// </remarks>
internal sealed class LoopSpin
{
    private const int FullTrust = 4;
    private const int MaxSleepsNeeded = 256;

    private readonly SpinRoom _room;
    private readonly long _longest;
    private readonly Func<long> _clock;
    private readonly Action _giveWay;
    private int _trust;
    private int _sleepsNeeded = 1;
    private int _sleepsLeft = 1;
    private long _awake;
    private long _start;
    private long _last;
    private bool _crowded;

    /// <summary>
    /// Spins for <paramref name="longest"/> at most. <paramref name="clock"/> (in <see cref="Stopwatch.Frequency"/>) and <paramref name="giveWay"/>, which lets other
    /// threads have the core, are the machine's unless a test brings its own.
    /// </summary>
    public LoopSpin(TimeSpan longest, SpinRoom room, Func<long>? clock = null, Action? giveWay = null)
    {
        _room = room;
        _longest = (long)(longest.TotalSeconds * Stopwatch.Frequency);
        _clock = clock ?? Stopwatch.GetTimestamp;
        _giveWay = giveWay ?? (static () => _ = LinuxCalls.YieldProcessor());
        _awake = _clock();
    }

    /// <summary>Whether it is worth while now; then <see cref="GoesOn"/> follows each look that found nothing, and <see cref="End"/> at last.</summary>
    public bool TryBegin()
    {
        if (_trust == 0)
        {
            return false;
        }

        _crowded = false;
        _start = _last = _clock();

        // A turn that took long moved much: there a wake-up weighs little, and whoever fills the sockets needs the core.
        return _start - _awake <= 2 * _longest && _room.TryEnter(_start);
    }

    /// <summary>Lets other threads run, then says whether to look once more.</summary>
    public bool GoesOn()
    {
        if (_last - _start >= _longest)
        {
            return false;
        }

        _giveWay();
        var now = _clock();
        if (now - _last > _longest / 2)
        {
            // Others had the core for long: all are busy. One more look, for what they may have done; to sleep would have been as good.
            _crowded = true;
            now = Math.Max(now, _start + _longest);
        }

        _last = now;
        return true;
    }

    /// <summary>Ends what <see cref="TryBegin"/> began.</summary>
    public void End(bool found)
    {
        _room.Leave();
        if (found)
        {
            _awake = _clock();
        }

        if (found && !_crowded)
        {
            _trust = Math.Min(FullTrust, _trust + 1);
            _sleepsNeeded = 1;
        }
        else if (--_trust == 0)
        {
            _sleepsLeft = _sleepsNeeded;
            _sleepsNeeded = Math.Min(MaxSleepsNeeded, _sleepsNeeded * 2);
        }
    }

    /// <summary>The loop is about to sleep.</summary>
    public void FallAsleep() => _start = _clock();

    /// <summary>The loop has slept.</summary>
    public void WakeUp()
    {
        _awake = _clock();

        // What is shorter than a spin and the wake-up itself, which takes about as long, a spin would have found.
        if (_trust == 0 && _awake - _start < 2 * _longest && --_sleepsLeft <= 0)
        {
            _trust = FullTrust / 2;
        }
    }
}

namespace Gost.Engine.Net.Loops;

/// <summary>The timers of one loop. For the loop's thread, but for disposal.</summary>
internal sealed class LoopTimers(EventLoop loop, TimeProvider time) : ILoopWork, IDisposable
{
    private LoopTimer? _first;
    private ITimer? _alarm;

    /// <summary>Calls <see cref="LoopTimer.OnTimer"/> once after the time. One that is set is set anew.</summary>
    public void Set(LoopTimer timer, TimeSpan after)
    {
        Remove(timer);
        timer.Due = loop.Now + (long)(after.TotalSeconds * time.TimestampFrequency);
        timer.Next = _first;
        if (_first is not null)
        {
            _first.Previous = timer;
        }

        _first = timer;
        timer.IsSet = true;
        _alarm ??= time.CreateTimer(static x => ((LoopTimers)x!).Ring(), this, after, after);
    }

    /// <summary>It will not be called any more; no effect on one that is not set.</summary>
    public void Remove(LoopTimer timer)
    {
        if (!timer.IsSet)
        {
            return;
        }

        if (timer.Previous is null)
        {
            _first = timer.Next;
        }
        else
        {
            timer.Previous.Next = timer.Next;
        }

        if (timer.Next is not null)
        {
            timer.Next.Previous = timer.Previous;
        }

        (timer.Next, timer.Previous, timer.IsSet) = (null, null, false);
    }

    /// <inheritdoc/>
    public void Dispose() => _alarm?.Dispose();

    void ILoopWork.Run()
    {
        var now = time.GetTimestamp();
        for (var timer = _first; timer is not null;)
        {
            var next = timer.Next;
            if (timer.Due <= now)
            {
                Remove(timer);
                timer.OnTimer();
            }

            timer = next;
        }
    }

    private void Ring() => loop.Post(this);
}

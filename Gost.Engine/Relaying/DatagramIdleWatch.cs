namespace Gost.Engine.Relaying;

/// <summary>Calls back once when nothing was touched for a time. A touch costs one write; the timer re-arms itself for what is left.</summary>
internal sealed class DatagramIdleWatch : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Func<Task> _expired;
    private readonly ITimer _timer;
    private long _touched;
    private Task? _expiring;

    /// <summary>Starts watching; <paramref name="expired"/> must not throw.</summary>
    public DatagramIdleWatch(TimeSpan timeout, TimeProvider time, Func<Task> expired)
    {
        (_timeout, _time, _expired) = (timeout, time, expired);
        _touched = time.GetTimestamp();
        _timer = time.CreateTimer(static x => ((DatagramIdleWatch)x!).Check(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something happened.</summary>
    public void Touch() => Volatile.Write(ref _touched, _time.GetTimestamp());

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        var left = _timeout - _time.GetElapsedTime(Volatile.Read(ref _touched));
        if (left <= TimeSpan.Zero)
        {
            _expiring ??= _expired();
        }
        else
        {
            _timer.Change(left, Timeout.InfiniteTimeSpan);
        }
    }
}

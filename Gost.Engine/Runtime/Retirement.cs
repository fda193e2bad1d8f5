namespace Gost.Engine.Runtime;

/// <summary>Ends flows of replaced or removed generations after their drain time. Disposing forgets what is still due.</summary>
internal sealed class Retirement(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ITimer> _timers = [];
    private bool _disposed;

    /// <summary>Ends flows of generations up to <paramref name="generation"/>: at once for zero, after the time, or never for null.</summary>
    public void Schedule(ServiceRuntime service, long generation, TimeSpan? drain)
    {
        // Also without flows: one may have been accepted just before the change, and not be counted yet.
        if (drain is not { } after)
        {
            return;
        }

        if (after <= TimeSpan.Zero)
        {
            service.Connections.AbortUpTo(generation);
            return;
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            // The timer removes itself, so it has to exist before it is started.
            ITimer? timer = null;
            timer = time.CreateTimer(_ => End(timer!, service, generation), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);
            timer.Change(after, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }

    private void End(ITimer timer, ServiceRuntime service, long generation)
    {
        service.Connections.AbortUpTo(generation);
        lock (_gate)
        {
            _timers.Remove(timer);
        }

        timer.Dispose();
    }
}

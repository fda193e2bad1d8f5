namespace Gost.Engine.Routing;

/// <summary>
/// Failures of one node since its last success. Lives longer than the configuration that names the node, so that an unrelated change
/// does not forget a dead target. Any thread. Source: spec/forwarding.md section 2.
/// </summary>
internal sealed class FailureMarker(TimeProvider time)
{
    private long _fails;
    private long _lastTimestamp;
    private long _lastUtcTicks;

    /// <summary>Failures since the last success; not lowered by time.</summary>
    public long Fails => Volatile.Read(ref _fails);

    /// <summary>When it failed last; stays after a success.</summary>
    public DateTimeOffset? LastFailure
    {
        get
        {
            var ticks = Volatile.Read(ref _lastUtcTicks);
            return ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
        }
    }

    /// <summary>Counts one failure.</summary>
    public void MarkFailure()
    {
        // The time goes first: whoever sees the new count must see a time at least as new.
        Volatile.Write(ref _lastTimestamp, time.GetTimestamp());
        Volatile.Write(ref _lastUtcTicks, time.GetUtcNow().UtcTicks);
        Interlocked.Increment(ref _fails);
    }

    /// <summary>Forgets the failures after a success; writes nothing when there are none.</summary>
    public void Reset()
    {
        if (Volatile.Read(ref _fails) != 0)
        {
            Volatile.Write(ref _fails, 0);
        }
    }

    /// <summary>Whether the node is to be left out now; reads the clock only when the count says so.</summary>
    public bool IsFailed(long maxFails, TimeSpan failTimeout) =>
        Volatile.Read(ref _fails) >= maxFails && time.GetElapsedTime(Volatile.Read(ref _lastTimestamp)) < failTimeout;
}

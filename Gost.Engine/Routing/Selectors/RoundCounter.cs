namespace Gost.Engine.Routing.Selectors;

/// <summary>The position of a round; shared by all flows and carried over when the object is rebuilt.</summary>
internal sealed class RoundCounter
{
    private long _next = -1;

    /// <summary>0, 1, 2, … Any thread.</summary>
    public ulong Next() => (ulong)Interlocked.Increment(ref _next);
}

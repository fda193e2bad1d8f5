using System.Diagnostics;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// How many loops of an engine may look for events at once instead of sleeping: the other cores are left to whoever makes the events. Each loop that moved bulk
/// data just now takes a place too. Any thread.
/// </summary>
/// <param name="places">How many; at least one.</param>
/// <param name="bulkLoops">How many loops for bulk data there may be.</param>
internal sealed class SpinRoom(int places, int bulkLoops = 0)
{
    // 5 ms: a busy source is not heard of for longer when it waits for a core.
    private static readonly long JustNow = Stopwatch.Frequency / 200;

    private readonly long[] _bulk = Never(bulkLoops);
    private int _taken;

    /// <summary>A loop moves bulk data at a time in <see cref="Stopwatch.Frequency"/>.</summary>
    public void NoteBulk(int loop, long now) => Volatile.Write(ref _bulk[loop], now);

    /// <summary>Takes a place, which <see cref="Leave"/> gives back; false when there is none at that time.</summary>
    public bool TryEnter(long now)
    {
        if (Interlocked.Increment(ref _taken) + BusyAt(now) <= places)
        {
            return true;
        }

        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);

    private static long[] Never(int count)
    {
        var never = new long[count];
        Array.Fill(never, -JustNow);
        return never;
    }

    private int BusyAt(long now)
    {
        var busy = 0;
        for (var i = 0; i < _bulk.Length; i++)
        {
            busy += now - Volatile.Read(ref _bulk[i]) < JustNow ? 1 : 0;
        }

        return busy;
    }
}

namespace Gost.Engine.Net.Loops;

/// <summary>Event loops of one kind, which it owns; their threads start with the first use. Any thread.</summary>
/// <param name="count">How many, at least one.</param>
/// <param name="make">Makes the one at an index, which it does not start.</param>
internal sealed class LoopSet(int count, Func<int, EventLoop> make) : IDisposable
{
    private readonly Lock _gate = new();
    private EventLoop[]? _loops;
    private bool _disposed;

    /// <summary>All of them, running. Throws <see cref="IOException"/> when the system refuses descriptors for them.</summary>
    public EventLoop[] All => Volatile.Read(ref _loops) ?? Open();

    /// <summary>The one with the least to do. Throws as <see cref="All"/>.</summary>
    public EventLoop Least()
    {
        var all = All;
        var least = all[0];
        foreach (var loop in all)
        {
            if (loop.Load < least.Load)
            {
                least = loop;
            }
        }

        return least;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EventLoop[] loops;
        lock (_gate)
        {
            _disposed = true;
            loops = _loops ?? [];
        }

        foreach (var loop in loops)
        {
            loop.Dispose();
        }
    }

    private EventLoop[] Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_loops is { } open)
            {
                return open;
            }

            var loops = new EventLoop[Math.Max(1, count)];
            try
            {
                for (var i = 0; i < loops.Length; i++)
                {
                    loops[i] = make(i);
                }
            }
            catch
            {
                foreach (var loop in loops)
                {
                    loop?.Dispose();
                }

                throw;
            }

            Array.ForEach(loops, static x => x.Start());
            Volatile.Write(ref _loops, loops);
            return loops;
        }
    }
}

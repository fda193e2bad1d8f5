using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// The event loops of one engine, one per core, whose threads start with the first use. Owned by the engine, which disposes it when all that uses it has
/// ended. Any thread.
/// </summary>
internal sealed class EventLoopGroup(LoopOptions options, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    // A connection stays where it was accepted unless another loop has that many less: moving costs a wake-up.
    private const int Tolerance = 2;

    private readonly Lock _gate = new();
    private EventLoop[]? _loops;
    private bool _disposed;

    /// <summary>How the loops work.</summary>
    public LoopOptions Options => options;

    /// <summary>All loops, running. Throws <see cref="IOException"/> when the system refuses descriptors or threads for them.</summary>
    public EventLoop[] All => Volatile.Read(ref _loops) ?? Open();

    /// <summary>The loop of this thread, or the one with the least to do.</summary>
    public EventLoop Here()
    {
        foreach (var loop in All)
        {
            if (loop.IsCurrent)
            {
                return loop;
            }
        }

        return Least();
    }

    /// <summary>Where a connection is to live that <paramref name="here"/> has accepted.</summary>
    public EventLoop Balanced(EventLoop here)
    {
        var least = Least();
        return least.Load + Tolerance < here.Load ? least : here;
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

    private EventLoop Least()
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

    private EventLoop[] Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_loops is { } open)
            {
                return open;
            }

            var logger = loggers.CreateLogger<EventLoop>();
            var loops = new EventLoop[Math.Max(1, options.Loops)];
            SpinRoom room = new(Math.Max(1, loops.Length / 2));
            try
            {
                for (var i = 0; i < loops.Length; i++)
                {
                    loops[i] = new EventLoop(i, time, logger, options.Spin > TimeSpan.Zero ? new LoopSpin(options.Spin, room) : null, options.CanSplice);
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

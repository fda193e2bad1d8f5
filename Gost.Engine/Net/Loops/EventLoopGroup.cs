using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// The event loops of one engine: one per core where connections are accepted and live, and as many where relays live while they move much. Owned by the
/// engine, which disposes it when all that uses it has ended. Any thread.
/// </summary>
/// <remarks>
/// Who shares a thread with bulk data waits whenever the system's scheduler finds that the thread had more than its part of a core, for all others that
/// want it. A thread with small messages alone seldom has had it.
/// </remarks>
internal sealed class EventLoopGroup : IDisposable
{
    // A connection stays where it was accepted unless another loop has that many less: moving costs a wake-up.
    private const int Tolerance = 2;

    // Four relays fill a thread that splices.
    private const int FewStreams = 8;

    private readonly ILogger _logger;
    private readonly LoopSet _loops;
    private readonly LoopSet _bulkLoops;

    /// <summary>Loops that work as <paramref name="options"/> say; none runs before the first use.</summary>
    public EventLoopGroup(LoopOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        Options = options;
        _logger = loggers.CreateLogger<EventLoop>();
        SpinRoom room = new(Math.Max(1, options.Loops / 2), bulkLoops: options.Loops);
        _loops = new LoopSet(options.Loops, i => new EventLoop(i, time, _logger, options.Spin > TimeSpan.Zero ? new LoopSpin(options.Spin, room) : null, options.CanSplice)
        {
            Group = this,
        });

        // They never spin: beside what they are for a wake-up weighs little. While they work, others spin less: whoever fills the sockets needs the cores.
        _bulkLoops = new LoopSet(options.Loops, i => new EventLoop(i, time, _logger, canSplice: options.CanSplice, bulkRoom: room) { Group = this });
    }

    /// <summary>How the loops work.</summary>
    public LoopOptions Options { get; }

    /// <summary>All loops that accept, running. Throws <see cref="IOException"/> when the system refuses descriptors or threads for them.</summary>
    public EventLoop[] All => _loops.All;

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

        return _loops.Least();
    }

    /// <summary>Where a connection is to live that <paramref name="here"/> has accepted.</summary>
    public EventLoop Balanced(EventLoop here)
    {
        var least = _loops.Least();
        return least.Load + Tolerance < here.Load ? least : here;
    }

    /// <summary>
    /// Where a relay is to live that has begun to move much (<paramref name="isBulk"/>), or little; null when the system has no room for such loops. A few that
    /// move much share one loop: the more threads they have, the longer all others wait for a core.
    /// </summary>
    public EventLoop? TryPick(bool isBulk)
    {
        try
        {
            return isBulk ? Array.Find(_bulkLoops.All, static x => x.Load < FewStreams) ?? _bulkLoops.Least() : _loops.Least();
        }
        catch (IOException e)
        {
            LoopLog.NoBulkLoops(_logger, e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bulkLoops.Dispose();
        _loops.Dispose();
    }
}

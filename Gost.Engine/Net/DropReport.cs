using System.Net;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>Counts dropped datagrams, and says so in the log at most once in ten seconds. Any thread.</summary>
internal sealed class DropReport(EndPoint? local, TimeProvider time, ILogger logger)
{
    private static readonly long Interval = TimeSpan.FromSeconds(10).Ticks;
    private long _sinceLast;
    private long _nextTicks;

    /// <summary>Counts one datagram of the service.</summary>
    public void Add(IInboundSink sink, DropReason reason)
    {
        sink.Totals.AddDropped();
        Interlocked.Increment(ref _sinceLast);
        var now = time.GetUtcNow().UtcTicks;
        var next = Volatile.Read(ref _nextTicks);
        if (now >= next && Interlocked.CompareExchange(ref _nextTicks, now + Interval, next) == next)
        {
            DatagramLog.Dropped(logger, local, Interlocked.Exchange(ref _sinceLast, 0), reason);
        }
    }
}

/// <summary>Why a datagram was dropped.</summary>
internal enum DropReason
{
    QueueFull,
    BacklogFull,
    OutOfDescriptors,
    SystemBusy,
}

using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Gost.Tests.Binds;

/// <summary>A clock moved by hand that tells of the timers that were set to one of the durations watched.</summary>
internal sealed class WatchedTime(Func<TimeSpan, bool> watched) : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits of timers, after each was set.</summary>
    public ChannelReader<TimeSpan> Waits => _set.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (watched(dueTime))
        {
            _set.Writer.TryWrite(dueTime);
        }

        return timer;
    }
}

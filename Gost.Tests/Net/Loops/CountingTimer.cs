using System.Threading.Channels;
using Gost.Engine.Net.Loops;

namespace Gost.Tests.Net.Loops;

/// <summary>A timer that notes when it was called, and then does something.</summary>
internal sealed class CountingTimer(TimeProvider time, Action<CountingTimer>? then = null) : LoopTimer
{
    private readonly Channel<DateTimeOffset> _calls = Channel.CreateUnbounded<DateTimeOffset>();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The time of the next call.</summary>
    public ValueTask<DateTimeOffset> NextAsync(CancellationToken cancellationToken) => _calls.Reader.ReadAsync(cancellationToken);

    protected internal override void OnTimer()
    {
        Interlocked.Increment(ref _count);
        _calls.Writer.TryWrite(time.GetUtcNow());
        then?.Invoke(this);
    }
}

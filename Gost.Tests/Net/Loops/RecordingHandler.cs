using System.Threading.Channels;
using Gost.Engine.Net.Loops;

namespace Gost.Tests.Net.Loops;

/// <summary>Notes the events that it is told of, and does something with each.</summary>
internal sealed class RecordingHandler(Action<LoopEvents>? then = null) : ILoopHandler
{
    private readonly Channel<LoopEvents> _events = Channel.CreateUnbounded<LoopEvents>();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ValueTask<LoopEvents> NextAsync(CancellationToken cancellationToken) => _events.Reader.ReadAsync(cancellationToken);

    public void OnEvents(LoopEvents events)
    {
        Interlocked.Increment(ref _count);
        _events.Writer.TryWrite(events);
        then?.Invoke(events);
    }
}

namespace Gost.Engine.Protocols.Quic;

/// <summary>A share of a bound port; disposing gives it back, once.</summary>
internal sealed class QuicPortLease(QuicPort port, Func<Task> release) : IAsyncDisposable
{
    private int _released;

    /// <summary>The port.</summary>
    public QuicPort Port => port;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _released, 1) == 0 ? new ValueTask(release()) : ValueTask.CompletedTask;
}

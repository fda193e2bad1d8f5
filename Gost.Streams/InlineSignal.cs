using System.Threading.Tasks.Sources;

namespace Gost.Streams;

/// <summary>
/// Wakes one waiting loop on the thread that sets the signal, so that a write reaches the transport without a change of threads. The owner
/// serializes <see cref="Prepare"/>; <see cref="Set"/> is called once for each.
/// </summary>
public sealed class InlineSignal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Makes the signal unset; to be awaited once.</summary>
    public ValueTask Prepare()
    {
        _core.Reset();
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Runs the loop until it waits again.</summary>
    public void Set() => _core.SetResult(true);

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

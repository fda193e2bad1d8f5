using System.Threading.Tasks.Sources;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// One read or write that waits, used again for the next one. The owner begins and takes it under its gate and completes it outside, on its own thread.
/// </summary>
internal sealed class PendingTransfer : IValueTaskSource<int>, IValueTaskSource
{
    private readonly Action<PendingTransfer, CancellationToken> _cancel;
    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationTokenRegistration _registration;

    /// <summary>None waits; <paramref name="cancel"/> is called when the caller of one gives up.</summary>
    public PendingTransfer(Action<PendingTransfer, CancellationToken> cancel) => _cancel = cancel;

    /// <summary>Whether one waits.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>What is awaited once for the transfer that waits.</summary>
    public short Token => _core.Version;

    /// <summary>One waits from now on.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        _core.Reset();
        IsWaiting = true;
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingTransfer)state!)._cancel((PendingTransfer)state, token), this);
    }

    /// <summary>Whoever takes the one that waits completes it; false: none does.</summary>
    public bool TryTake()
    {
        var waits = IsWaiting;
        IsWaiting = false;
        return waits;
    }

    /// <summary>Completes what was taken.</summary>
    public void SetResult(int result)
    {
        _registration.Unregister();
        _core.SetResult(result);
    }

    /// <summary>Completes what was taken.</summary>
    public void SetException(Exception exception)
    {
        _registration.Unregister();
        _core.SetException(exception);
    }

    /// <inheritdoc/>
    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

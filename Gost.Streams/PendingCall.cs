using System.Threading.Tasks.Sources;

namespace Gost.Streams;

/// <summary>
/// A read or write that waits, one at a time and used again for the next one, so that waiting allocates nothing. Everything but the completing calls is
/// guarded by the owner's gate, which a caller who gives up takes as well.
/// </summary>
/// <param name="gate">The owner's; held by callers where that is said.</param>
/// <param name="givenUp">Called under the gate when the caller of one that waits has given up, before it is completed.</param>
public sealed class PendingCall(Lock gate, Action? givenUp = null) : IValueTaskSource<int>, IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>
    /// Up to so many bytes, whoever brings them to a read that waits goes on with its caller at once (<see cref="SetResult"/>): passing them on costs less than
    /// a change of threads. With more, the two are better apart, so that one shared connection keeps several processors busy.
    /// </summary>
    public const int SmallDelivery = 4 * 1024;

    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _result;
    private Exception? _error;

    /// <summary>Whether a call waits. Under the gate.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>
    /// Begins a call and gives the token for its <see cref="ValueTask"/>, to be awaited once; it ends with <see cref="OperationCanceledException"/> when
    /// <paramref name="cancellationToken"/> fires first. Under the gate, while none waits.
    /// </summary>
    public short Begin(CancellationToken cancellationToken)
    {
        _core.Reset();
        (IsWaiting, _token) = (true, cancellationToken);
        var version = _core.Version;
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static (x, canceled) => ((PendingCall)x!).Cancel(canceled), this);
        }

        return version;
    }

    /// <summary>
    /// Completes the call that waits, if one does. Its caller goes on on the thread pool, never on the thread that completes. Under the gate.
    /// </summary>
    public void Complete(int result, Exception? error)
    {
        if (TryTake())
        {
            (_result, _error) = (result, error);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    /// <summary>
    /// Takes the call that waits, under the gate; false: none does. Whoever takes it completes it outside of the gate by <see cref="SetResult"/> or
    /// <see cref="SetException"/>.
    /// </summary>
    public bool TryTake()
    {
        if (!IsWaiting)
        {
            return false;
        }

        // Not disposed: that would wait for a callback that may be waiting for the gate.
        _registration.Unregister();
        (IsWaiting, _registration, _token) = (false, default, default);
        return true;
    }

    /// <summary>Completes what was taken; its caller goes on on this thread. Outside of the gate.</summary>
    public void SetResult(int result) => _core.SetResult(result);

    /// <summary>Fails what was taken; its caller goes on on this thread. Outside of the gate.</summary>
    public void SetException(Exception error) => _core.SetException(error);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        // Read before the continuation runs, which may begin the next call.
        var (result, error) = (_result, _error);
        _error = null;
        if (error is null)
        {
            _core.SetResult(result);
        }
        else
        {
            _core.SetException(error);
        }
    }

    /// <inheritdoc/>
    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken canceled)
    {
        lock (gate)
        {
            // A late call of an earlier one's token must not end this one.
            if (canceled == _token)
            {
                givenUp?.Invoke();
                Complete(0, new OperationCanceledException(canceled));
            }
        }
    }
}

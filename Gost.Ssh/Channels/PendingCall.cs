using System.Threading.Tasks.Sources;

namespace Gost.Ssh.Channels;

/// <summary>
/// Completes one waiting call after another without allocation: at most one at a time. Whoever waits goes on on the thread pool, never on the
/// thread that completes. Not thread-safe: its owner serializes <see cref="Begin"/> and <see cref="Complete"/>.
/// </summary>
internal sealed class PendingCall : IValueTaskSource<int>, IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<int> _core;
    private int _result;
    private Exception? _error;

    /// <summary>Begins a call and gives the token for its <see cref="ValueTask"/>.</summary>
    public short Begin()
    {
        _core.Reset();
        return _core.Version;
    }

    /// <summary>Completes the call that began last.</summary>
    public void Complete(int result, Exception? error)
    {
        (_result, _error) = (result, error);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

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
}

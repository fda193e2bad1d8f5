using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// One direction of a <see cref="LoopStream"/>: tries a call at once, and when the kernel has nothing to do waits for the loop to say that it has, which then
/// does the call and runs who awaits it on the loop's thread. One call at a time, from any thread.
/// </summary>
/// <remarks>
/// <c>_state</c> decides who goes on. The caller clears a signal before it tries, and waits only if none came meanwhile; the loop, cancellation and closing
/// complete a waiting call when they win its state.
/// </remarks>
internal abstract class LoopWaiter : IValueTaskSource<int>
{
    /// <summary>What <see cref="Try"/> gives when the kernel has nothing to do.</summary>
    protected const int NotNow = -LinuxErrors.Again;

    private const int Clear = 0;
    private const int Signaled = 1;
    private const int Waiting = 2;
    private const int Completing = 3;

    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private volatile LoopClosing _closed;
    private int _state;

    /// <summary>Whether the kernel has said nothing since the last call.</summary>
    protected bool IsQuiet => Volatile.Read(ref _state) == Clear;

    /// <summary>Before anything is laid out for a call. Throws <see cref="InvalidOperationException"/> while another is pending.</summary>
    protected void RequireNone()
    {
        if (Volatile.Read(ref _state) >= Waiting)
        {
            throw new InvalidOperationException("another call of this direction of the stream is pending");
        }
    }

    /// <summary>The loop was told that the kernel has something to do. On the loop's thread.</summary>
    public void Signal()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Waiting)
            {
                if (Interlocked.CompareExchange(ref _state, Completing, Waiting) == Waiting)
                {
                    Complete();
                    return;
                }
            }
            else if (Interlocked.CompareExchange(ref _state, Signaled, state) == state)
            {
                return;
            }
        }
    }

    /// <summary>A waiting call fails with that, and later ones too. Any thread.</summary>
    public void Close(LoopClosing reason)
    {
        _closed = reason;
        Interlocked.MemoryBarrier();
        FailIfClosed();
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        if (_cancellation.CanBeCanceled)
        {
            _registration.Unregister();
            (_registration, _cancellation) = (default, default);
        }

        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Does the call: its result, <see cref="NotNow"/>, or another error negated. <paramref name="isSignaled"/>: the loop says that it is worth it.</summary>
    protected abstract int Try(bool isSignaled);

    /// <summary>The loop has said between two calls that there is something to do: what the last one found out is no longer so.</summary>
    protected virtual void WasSignaled()
    {
    }

    /// <summary>The call ended, well or not: what was given for it is let go.</summary>
    protected abstract void Forget();

    /// <summary>Runs the call that was laid out, now or later.</summary>
    protected ValueTask<int> Run(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_closed != LoopClosing.None)
            {
                Forget();
                return ValueTask.FromException<int>(Reason());
            }

            if (Volatile.Read(ref _state) == Signaled)
            {
                // Before the call: what comes after it signals anew.
                Interlocked.Exchange(ref _state, Clear);
                WasSignaled();
            }

            var result = Try(isSignaled: false);
            if (result != NotNow)
            {
                Forget();
                return result >= 0 ? new ValueTask<int>(result) : ValueTask.FromException<int>(ErrorOf(result));
            }

            _core.Reset();
            var version = _core.Version;
            _cancellation = cancellationToken;
            if (Interlocked.CompareExchange(ref _state, Waiting, Clear) != Clear)
            {
                continue;
            }

            FailIfClosed();
            if (cancellationToken.CanBeCanceled)
            {
                _registration = cancellationToken.UnsafeRegister(static x => ((LoopWaiter)x!).FailIfCancelled(), this);
            }

            return new ValueTask<int>(this, version);
        }
    }

    private static SocketException ErrorOf(int result) => LinuxErrors.ToException(-result);

    private void Complete()
    {
        int result;
        try
        {
            result = Try(isSignaled: true);
        }
        catch (Exception e)
        {
            Volatile.Write(ref _state, Clear);
            Forget();
            _core.SetException(e);
            return;
        }

        if (result == NotNow)
        {
            Interlocked.Exchange(ref _state, Waiting);

            // Both may have found the call in the loop's hands.
            FailIfClosed();
            if (_cancellation.IsCancellationRequested)
            {
                FailIfCancelled();
            }

            return;
        }

        Volatile.Write(ref _state, Clear);
        Forget();
        if (result >= 0)
        {
            _core.SetResult(result);
        }
        else
        {
            _core.SetException(ErrorOf(result));
        }
    }

    private void FailIfClosed()
    {
        if (_closed != LoopClosing.None && Interlocked.CompareExchange(ref _state, Clear, Waiting) == Waiting)
        {
            Forget();
            _core.SetException(Reason());
        }
    }

    // Made for who asks: most streams close with nobody waiting.
    private Exception Reason() => _closed == LoopClosing.Aborted
        ? new SocketException((int)SocketError.OperationAborted)
        : new ObjectDisposedException(nameof(LoopStream));

    private void FailIfCancelled()
    {
        var token = _cancellation;
        if (token.IsCancellationRequested && Interlocked.CompareExchange(ref _state, Clear, Waiting) == Waiting)
        {
            Forget();
            _core.SetException(new OperationCanceledException(token));
        }
    }
}

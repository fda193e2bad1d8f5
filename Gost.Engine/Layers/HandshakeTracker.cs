namespace Gost.Engine.Layers;

/// <summary>
/// Keeps the handshakes of accepted connections (PROXY header, later TLS and the like): each is a task of its own, so that a slow client
/// holds up nobody, their number is bounded, and none outlives the listening socket.
/// </summary>
internal sealed class HandshakeTracker : IAsyncDisposable
{
    /// <summary>How many handshakes of one listening socket may be under way; further connections are closed.</summary>
    public const int MaxPending = 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private int _pending;

    /// <summary>A tracker without handshakes.</summary>
    public HandshakeTracker()
    {
        // The token is kept, because a late start may ask for it after the source was disposed.
        _closed = _closing.Token;
    }

    /// <summary>Handshakes under way.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>
    /// Starts <paramref name="handshake"/> with a token that is cancelled when the socket is closed. It owns what it was started for, limits
    /// its own time and lets no exception out that is not its peer's doing. False: too many, nothing was started.
    /// </summary>
    public bool TryStart(Func<CancellationToken, ValueTask> handshake)
    {
        if (Interlocked.Increment(ref _pending) > MaxPending || _closed.IsCancellationRequested)
        {
            Interlocked.Decrement(ref _pending);
            return false;
        }

        var task = RunAsync(handshake);
        if (!task.IsCompleted)
        {
            lock (_gate)
            {
                _tasks.Add(task);
            }

            // After it was added, so that one that ended meanwhile is removed as well.
            task.ContinueWith(
                static (ended, state) => ((HandshakeTracker)state!).Forget(ended),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return true;
    }

    /// <summary>Cancels what is under way and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        Task[] rest;
        lock (_gate)
        {
            rest = [.. _tasks];
        }

        await Task.WhenAll(rest);
        _closing.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, ValueTask> handshake)
    {
        try
        {
            await handshake(_closed);
        }
        catch (Exception)
        {
            // The handshake has closed its connection and logged why; there is nobody else to tell.
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private void Forget(Task ended)
    {
        lock (_gate)
        {
            _tasks.Remove(ended);
        }
    }
}

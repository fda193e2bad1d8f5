namespace Gost.Engine.Runtime;

/// <summary>
/// The shared sessions of an engine. They outlive the listener that accepted them, and the chain that dialled them, as long as flows use them: a change of
/// a service or chain breaks none. Thread-safe; owned by the engine, which ends what is left.
/// </summary>
internal sealed class SessionTable : IAsyncDisposable
{
    /// <summary>How often it is asked whether sessions are still wanted.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ISharedSession, Entry> _entries = [];
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private ITimer? _timer;
    private bool _disposed;

    /// <summary>A table without sessions.</summary>
    public SessionTable(TimeProvider time)
    {
        // The token is kept, because a late session may ask for it after the source was disposed.
        (_time, _closed) = (time, _closing.Token);
    }

    /// <summary>Sessions that live.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>
    /// Takes over a session. <paramref name="serve"/> runs until it has ended, with a token that is cancelled when the engine ends; what it throws is the
    /// session's end. When <paramref name="isWanted"/>, asked from time to time, gives false the session closes with its last flow.
    /// </summary>
    public void Add(ISharedSession session, Func<bool> isWanted, Func<CancellationToken, Task> serve)
    {
        lock (_gate)
        {
            Entry entry = new(isWanted);
            _entries.Add(session, entry);
            // Within the lock, and on another thread: it removes itself. After the engine's end that is at once.
            entry.Served = ServeAsync(session, serve);
            _timer ??= _time.CreateTimer(static x => ((SessionTable)x!).Look(), this, LookInterval, LookInterval);
        }
    }

    /// <summary>Ends every session.</summary>
    public async ValueTask DisposeAsync()
    {
        KeyValuePair<ISharedSession, Entry>[] rest;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            rest = [.. _entries];
        }

        await _closing.CancelAsync();
        await Task.WhenAll(rest.Select(static x => x.Key.DisposeAsync().AsTask()));
        await Task.WhenAll(rest.Select(static x => x.Value.Served));
        _closing.Dispose();
    }

    private async Task ServeAsync(ISharedSession session, Func<CancellationToken, Task> serve)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await serve(_closed);
        }
        catch (Exception)
        {
            // Whoever serves has said what is to be said.
        }

        await session.DisposeAsync();
        lock (_gate)
        {
            _entries.Remove(session);
            if (_entries.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void Look()
    {
        ISharedSession[] unwanted;
        lock (_gate)
        {
            unwanted = [.. _entries.Where(static x => !x.Value.IsWanted()).Select(static x => x.Key)];
        }

        foreach (var session in unwanted)
        {
            session.CloseWhenIdle();
        }
    }

    private sealed class Entry(Func<bool> isWanted)
    {
        public Func<bool> IsWanted => isWanted;

        public Task Served { get; set; } = Task.CompletedTask;
    }
}

using Gost.Engine.Runtime;

namespace Gost.Engine.Binds;

/// <summary>
/// Binds at far ends that outlive the generations of the services that want them: leased and counted as listening sockets are, so that a change of a
/// service keeps the tunnel and the flows in it. The last lease ends the bind; flows that are alive then go on, and the tunnel is closed
/// after the last of them. Thread-safe; one per engine.
/// </summary>
internal sealed class RemoteBindPool : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RemoteBindKey, RemoteBind> _binds = [];
    private bool _disposed;

    /// <summary>Binds that are wanted or have flows.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _binds.Count;
            }
        }
    }

    /// <summary>A share in the bind of that key; nothing is asked of the far end before it is attached. The caller owns the lease.</summary>
    public RemoteBindLease Lease(RemoteBindKey key, EngineServices engine)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_binds.TryGetValue(key, out var bind))
            {
                bind = new RemoteBind(key, engine);
                _binds.Add(key, bind);
            }

            bind.Leases++;
            return new RemoteBindLease(bind, () => ReleaseAsync(key, bind));
        }
    }

    /// <summary>Ends every bind with its flows.</summary>
    public async ValueTask DisposeAsync()
    {
        RemoteBind[] all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _binds.Values];
            _binds.Clear();
        }

        foreach (var bind in all)
        {
            await bind.DisposeAsync();
            await bind.LingeredAsync();
        }
    }

    private async Task ReleaseAsync(RemoteBindKey key, RemoteBind bind)
    {
        lock (_gate)
        {
            if (--bind.Leases > 0 || _disposed)
            {
                return;
            }

            if (bind.LiveFlows > 0)
            {
                bind.Linger(x => EndAsync(key, x));
                return;
            }

            _binds.Remove(key);
        }

        await bind.DisposeAsync();
    }

    private async Task EndAsync(RemoteBindKey key, RemoteBind bind)
    {
        lock (_gate)
        {
            if (bind.Leases > 0 || _disposed || !_binds.Remove(key))
            {
                return;
            }
        }

        await bind.DisposeAsync();
    }
}

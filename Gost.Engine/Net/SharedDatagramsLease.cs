using System.Net;

namespace Gost.Engine.Net;

/// <summary>One user's share of a bound UDP socket; disposing the last one closes the socket before the call returns.</summary>
internal sealed class SharedDatagramsLease<T>(DatagramSocketPool pool, string key, T shared) : IAsyncDisposable
    where T : ISharedDatagrams
{
    private int _disposed;

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint => shared.LocalEndPoint;

    /// <summary>What receives from the socket.</summary>
    public T Shared => shared;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposed, 1) == 0 ? pool.ReleaseAsync(key) : ValueTask.CompletedTask;
}

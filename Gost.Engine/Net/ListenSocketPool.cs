using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net.Loops;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// TCP listening sockets that outlive the configurations that use them: leased by bind address and counted, so that a new generation
/// of a service, or another service in the same change, takes over the socket of the old one without a refused connection.
/// The last lease closes the socket. Accepts through <paramref name="loops"/>, or where there are none the portable way. Thread-safe; owned by the engine.
/// </summary>
internal sealed class ListenSocketPool(DescriptorReserve reserve, TimeProvider time, ILoggerFactory loggers, EventLoopGroup? loops = null) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, ListenSocket> _sockets = [];
    private readonly ILogger _logger = loggers.CreateLogger<ListenSocketPool>();
    private bool _disposed;

    /// <summary>Sockets that are open now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sockets.Count;
            }
        }
    }

    /// <summary>
    /// A lease on the socket of that address, which is bound now unless it is open already. It listens at once, but nothing is accepted
    /// before a sink is attached. The caller owns the lease. Throws <see cref="FlowException"/> (layer bind).
    /// </summary>
    public async ValueTask<ListenLease> LeaseAsync(ListenRequest request, CancellationToken cancellationToken)
    {
        var endPoint = await request.Address.ResolveAsync("tcp", cancellationToken);
        var owner = request.Address.Port == 0 || request.ReusePort ? request.Service : "";
        Key key = new(endPoint, request.Address.DualStack, owner, request.Address.Port == 0 ? request.Address.Text : "", request.ReusePort, request.MultipathTcp);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_sockets.TryGetValue(key, out var shared))
            {
                var socket = ListenSocketFactory.Open(request, endPoint, _sockets.Values);
                shared = new ListenSocket(socket, AcceptLoop.Over(socket, loops, reserve, time, _logger));
                _sockets.Add(key, shared);
                ListenLog.Listening(_logger, shared.LocalEndPoint);
            }

            shared.Leases++;
            return new ListenLease(shared, () => Release(key, shared));
        }
    }

    /// <summary>Closes every socket, leased or not.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] ends;
        lock (_gate)
        {
            _disposed = true;
            ends = [.. _sockets.Values.Select(static x => x.CloseAsync())];
            _sockets.Clear();
        }

        await Task.WhenAll(ends);
    }

    private Task Release(Key key, ListenSocket shared)
    {
        lock (_gate)
        {
            // After the pool was disposed the socket is closed already.
            if (--shared.Leases > 0 || !_sockets.TryGetValue(key, out var current) || current != shared)
            {
                return Task.CompletedTask;
            }

            // Within the lock: who leases the address next binds after this one is closed.
            _sockets.Remove(key);
            ListenLog.Closed(_logger, shared.LocalEndPoint);
            return shared.CloseAsync();
        }
    }

    /// <summary>What makes two leases share a socket. A free port is known by who asked and how it was written.</summary>
    private readonly record struct Key(IPEndPoint EndPoint, bool DualStack, string Owner, string FreePortText, bool ReusePort, bool MultipathTcp);
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net.Batches;
using Gost.Engine.Net.Loops;
using Gost.Engine.Net.Loops.Datagrams;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// Bound UDP sockets with their session tables, leased by bind address, counted: a changed service keeps its socket, and with it its
/// clients' sessions. With event loops each socket lives on one of them, without them (null) on the framework's. Thread-safe.
/// </summary>
internal sealed class DatagramSocketPool(DescriptorReserve descriptors, TimeProvider time, ILoggerFactory loggers, EventLoopGroup? loops = null)
    : IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Gost.Net.Datagrams");
    private readonly Dictionary<string, Shared> _sockets = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<EventLoop, DatagramWorkspace> _workspaces = [];

    /// <summary>
    /// A share of the socket bound to <paramref name="addr"/>, bound now unless it already is. Port 0 is one socket per service and text.
    /// Throws <see cref="FlowException"/> (layer bind).
    /// </summary>
    public async ValueTask<DatagramSocketLease> LeaseAsync(string service, string addr, CancellationToken cancellationToken)
    {
        var (key, loop) = await ShareAsync("", service, addr, Create, cancellationToken);
        return new DatagramSocketLease(this, key, loop);
    }

    /// <summary>
    /// The same for a transport of its own: <paramref name="create"/> takes over the socket, which users of other kinds do not share. Throws
    /// <see cref="FlowException"/> (layer bind).
    /// </summary>
    public async ValueTask<SharedDatagramsLease<T>> LeaseAsync<T>(
        string kind, string service, string addr, Func<Socket, T> create, CancellationToken cancellationToken)
        where T : class, ISharedDatagrams
    {
        var (key, shared) = await ShareAsync(kind, service, addr, create, cancellationToken);
        return new SharedDatagramsLease<T>(this, key, shared);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Shared[] all;
        lock (_gate)
        {
            all = [.. _sockets.Values];
            _sockets.Clear();
        }

        foreach (var shared in all)
        {
            await shared.Loop.DisposeAsync();
        }
    }

    /// <summary>Gives a share back.</summary>
    internal ValueTask ReleaseAsync(string key)
    {
        ISharedDatagrams last;
        lock (_gate)
        {
            if (!_sockets.TryGetValue(key, out var shared) || --shared.Leases > 0)
            {
                return ValueTask.CompletedTask;
            }

            // Within the lock: who leases the address next binds after this one is closed.
            _sockets.Remove(key);
            last = shared.Loop;
            last.Close();
        }

        return last.DisposeAsync();
    }

    private async ValueTask<(string Key, T Loop)> ShareAsync<T>(
        string kind, string service, string addr, Func<Socket, T> create, CancellationToken cancellationToken)
        where T : class, ISharedDatagrams
    {
        var address = BindAddress.Parse(addr, "udp");
        var endPoint = await address.ResolveAsync("udp", cancellationToken);
        var key = address.Port == 0 ? $"{kind} {service} {addr}" : $"{kind} {endPoint}";
        lock (_gate)
        {
            if (!_sockets.TryGetValue(key, out var shared))
            {
                var socket = Bind(address, endPoint);
                shared = new Shared(create(socket), ((IPEndPoint)socket.LocalEndPoint!).Port);
                _sockets.Add(key, shared);
            }

            shared.Leases++;
            return (key, (T)shared.Loop);
        }
    }

    /// <summary>Within the lock.</summary>
    private IUdpSocket Create(Socket socket)
    {
        if (loops is null || !LinuxDatagramCalls.IsSupported)
        {
            return new UdpSocketLoop(socket, descriptors, time, _logger);
        }

        var loop = loops.Here();
        if (!_workspaces.TryGetValue(loop, out var workspace))
        {
            workspace = new DatagramWorkspace(loop);
            _workspaces.Add(loop, workspace);
        }

        return new LoopDatagramSocket(socket, workspace, descriptors, time, _logger);
    }

    private Socket Bind(BindAddress address, IPEndPoint endPoint) => DatagramSockets.Listen(address, endPoint, (socket, at) =>
    {
        try
        {
            socket.Bind(at);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && OperatingSystem.IsLinux())
        {
            BindBesideOwn(socket, at);
        }
    });

    /// <summary>
    /// Moves between overlapping addresses (127.0.0.1:53 to :53) need both sockets for a moment. Linux allows it while both have
    /// SO_REUSEADDR; it is taken off again at once, so that no other process can join. Another process's socket still refuses.
    /// </summary>
    private void BindBesideOwn(Socket socket, IPEndPoint endPoint)
    {
        var own = _sockets.Values.Where(x => x.Port == endPoint.Port && endPoint.Port != 0).Select(static x => x.Loop.Socket).ToArray();
        if (own.Length == 0)
        {
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }

        try
        {
            DatagramSockets.ShareAddress(socket, true);
            Array.ForEach(own, static x => DatagramSockets.ShareAddress(x, true));
            socket.Bind(endPoint);
        }
        finally
        {
            DatagramSockets.ShareAddress(socket, false);
            Array.ForEach(own, static x => DatagramSockets.ShareAddress(x, false));
        }
    }

    private sealed class Shared(ISharedDatagrams loop, int port)
    {
        public ISharedDatagrams Loop { get; } = loop;

        public int Port { get; } = port;

        public int Leases { get; set; }
    }
}

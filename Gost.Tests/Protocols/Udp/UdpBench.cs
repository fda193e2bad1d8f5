using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Protocols.Udp;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Protocols.Udp;

/// <summary>A listener over a pool, its service, and clients of it; everything is closed and awaited at the end.</summary>
internal sealed class UdpBench : IAsyncDisposable
{
    private readonly List<(IListener Listener, CancellationTokenSource Stop, Task Run)> _listeners = [];
    private readonly List<Socket> _clients = [];
    private readonly List<UdpService> _services = [];
    private readonly EventLoopGroup? _loops;

    /// <summary>With <paramref name="loops"/> event loops in the kernel lane, with 0 in the lane of the test case.</summary>
    public UdpBench(TimeProvider? time = null, DescriptorReserve? descriptors = null, int loops = 0)
    {
        Time = time ?? TimeProvider.System;
        var options = TestLane.Options();
        _loops = loops > 0
            ? new EventLoopGroup(new LoopOptions(loops, TimeSpan.Zero, CanSplice: true), Time, NullLoggerFactory.Instance)
            : LaneChoice.Open(options, Time, NullLoggerFactory.Instance);
        Pool = new DatagramSocketPool(descriptors ?? new DescriptorReserve(options, Time), Time, NullLoggerFactory.Instance, _loops);
    }

    public TimeProvider Time { get; }

    public DatagramSocketPool Pool { get; }

    public EventLoopGroup? Loops => _loops;

    public BufferPool Buffers { get; } = new();

    public UdpHandler Handler(IForwarder forwarder, UdpHandlerOptions? options = null) =>
        new(forwarder, options ?? new UdpHandlerOptions(), Buffers, Time, NullLogger.Instance);

    public async Task<(UdpService Service, IPEndPoint EndPoint)> StartAsync(
        IForwarder forwarder, UdpSessionOptions options, string addr = "127.0.0.1:0", UdpHandlerOptions? handling = null)
    {
        var service = new UdpService(Handler(forwarder, handling));
        return (service, await StartAsync(service, options, addr));
    }

    public async Task<IPEndPoint> StartAsync(UdpService service, UdpSessionOptions options, string addr = "127.0.0.1:0")
    {
        var listener = new UdpListener("test", addr, options, Pool);
        try
        {
            await listener.BindAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }

        var stop = new CancellationTokenSource();
        _services.Add(service);
        _listeners.Add((listener, stop, listener.RunAsync(service, stop.Token)));
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Stops the oldest listener, as a new generation does after it took over.</summary>
    public async Task StopOldestAsync()
    {
        var (listener, stop, run) = _listeners[0];
        _listeners.RemoveAt(0);
        await stop.CancelAsync();
        await run;
        await listener.DisposeAsync();
        stop.Dispose();
    }

    public Socket Client(IPEndPoint service)
    {
        var socket = new Socket(service.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.ReceiveBufferSize = 1 << 20;
        _clients.Add(socket);
        socket.Connect(service.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, service.Port) : service);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        while (_listeners.Count > 0)
        {
            await StopOldestAsync();
        }

        foreach (var service in _services)
        {
            await service.WhenAllEnded();
        }

        await Pool.DisposeAsync();

        // Not on a loop's thread, whose end is waited for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Assert.All(_loops?.All ?? [], static x => Assert.Equal(0, x.Load));
        _loops?.Dispose();
        Assert.Equal(0, Buffers.Outstanding);
        _clients.ForEach(static x => x.Dispose());
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Gost.Engine.Net.Loops;
using Gost.Engine.Net.Loops.Datagrams;
using Gost.Tests.Protocols.Udp;
using Xunit;

namespace Gost.Tests.Net.Loops.Datagrams;

public sealed class LoopDatagramSocketTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sockets_OfManyServices_AreSpreadOverTheLoops()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        await using UdpBench bench = new(loops: 2);
        List<DatagramSocketLease> leases = [];
        for (var i = 0; i < 6; i++)
        {
            leases.Add(await bench.Pool.LeaseAsync($"service {i}", "127.0.0.1:0", Token));
        }

        var perLoop = leases.Select(static x => ((LoopDatagramSocket)x.Sessions.Port).Space.Loop.Index).CountBy(static x => x);
        Assert.All(perLoop, static x => Assert.Equal(3, x.Value));
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }
    }

    [Fact]
    public async Task Datagrams_BeforeTheFirstListener_WaitInTheKernel()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        await using UdpBench bench = new(loops: 1);
        await using var lease = await bench.Pool.LeaseAsync("service", "127.0.0.1:0", Token);
        var client = bench.Client((IPEndPoint)lease.LocalEndPoint!);
        await client.SendAsync(new byte[] { 1 }, Token);
        OrderSink sink = new("a", []);
        lease.Attach(sink, new UdpSessionOptions());
        await sink.Offered.WaitAsync(Token);
    }

    [Fact]
    public async Task MuchToReceive_LetsOthersOfTheLoopHaveTheirTurn()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        const int Flood = 400;
        await using UdpBench bench = new(loops: 1);
        await using var busy = await bench.Pool.LeaseAsync("busy", "127.0.0.1:0", Token);
        await using var other = await bench.Pool.LeaseAsync("other", "127.0.0.1:0", Token);
        var client = bench.Client((IPEndPoint)busy.LocalEndPoint!);
        for (var i = 0; i < Flood; i++)
        {
            client.Send([1]);
        }

        bench.Client((IPEndPoint)other.LocalEndPoint!).Send([1]);
        List<string> order = [];
        OrderSink first = new("busy", order), second = new("other", order);
        UdpSessionOptions options = new() { Stateless = true, Backlog = 1000 };

        // On the loop's thread: it hears of both at once.
        ((LoopDatagramSocket)busy.Sessions.Port).Space.Loop.Post(new Work(() =>
        {
            busy.Attach(first, options);
            other.Attach(second, options);
        }));
        await second.Offered.WaitAsync(Token);
        for (var i = 0; i < Flood; i++)
        {
            await first.Offered.WaitAsync(Token);
        }

        Assert.InRange(order.IndexOf("other"), 1, Flood - 1);
    }

    [Fact]
    public async Task Close_UnderAFlood_EndsEverySessionAndFreesThePort()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        IPEndPoint endPoint;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] floods;
        await using (UdpBench bench = new(loops: 2))
        await using (EchoTarget target = new())
        {
            (var service, endPoint) = await bench.StartAsync(new RoundRobinForwarder(target.EndPoint), new UdpSessionOptions { KeepAlive = true });
            floods = [.. Enumerable.Range(0, 4).Select(_ => FloodAsync(endPoint, stop.Token))];
            for (var i = 0; i < 4; i++)
            {
                await service.Started.Reader.ReadAsync(Token);
            }
        }

        using var rebound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        rebound.Bind(endPoint);
        await stop.CancelAsync();
        await Task.WhenAll(floods);
    }

    private static async Task FloodAsync(IPEndPoint to, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var payload = new byte[100];
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < 20; i++)
            {
                socket.SendTo(payload, to);
            }

            await Task.Yield();
        }
    }

    private sealed class Work(Action action) : ILoopWork
    {
        public void Run() => action();
    }

    /// <summary>Takes no flow, and notes each one that it was offered.</summary>
    private sealed class OrderSink(string name, List<string> order) : IInboundSink
    {
        public SemaphoreSlim Offered { get; } = new(0);

        public TrafficTotals Totals { get; } = new();

        public bool TryAccept(Inbound inbound)
        {
            order.Add(name);
            Offered.Release();
            return false;
        }

        public void ReportFault(FlowException? fault)
        {
            // There is none.
        }

        public void ReportFailure(FlowException failure)
        {
            // There is none.
        }
    }
}

using System.Net;
using Gost.Engine.Net;
using Xunit;

namespace Gost.Tests.Protocols.Udp;

[Collection(nameof(UdpAllocationTests))]
[CollectionDefinition(nameof(UdpAllocationTests), DisableParallelization = true)]
public sealed class UdpAllocationTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(1400)]
    public async Task SteadyFlow_BothWays_AllocatesNothing(int size)
    {
        await using UdpBench bench = new();
        using var target = UdpForwardingTests.Bound();
        var forwarder = new RoundRobinForwarder((IPEndPoint)target.LocalEndPoint!);
        var (_, endPoint) = await bench.StartAsync(forwarder, new UdpSessionOptions { KeepAlive = true });
        var client = bench.Client(endPoint);
        var payload = new byte[size];
        client.Send(payload);
        EndPoint upstream = new IPEndPoint(0, 0);
        target.ReceiveFrom(payload, ref upstream);
        target.Connect(upstream);

        void Exchange(int rounds)
        {
            long received = 0;
            // Blocking calls on this thread, so that everything that is allocated is the forwarder's.
            for (var i = 0; i < rounds; i++)
            {
                client.Send(payload);
                received += target.Receive(payload);
                target.Send(payload);
                received += client.Receive(payload);
            }

            Assert.Equal(2L * rounds * size, received);
        }

        target.Send(payload);
        client.Receive(payload);
        Exchange(5_000);
        var best = double.MaxValue;
        for (var attempt = 0; attempt < 5 && best > 0.5; attempt++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(5_000);
            best = Math.Min(best, (GC.GetTotalAllocatedBytes(precise: true) - before) / 10_000.0);
        }

        // The runtime's own background work is the remainder: less than one object in a hundred datagrams.
        Assert.True(best < 0.5, $"{best:0.00} bytes per datagram");
        TestContext.Current.TestOutputHelper?.WriteLine($"{best:0.000} bytes per datagram");
    }
}

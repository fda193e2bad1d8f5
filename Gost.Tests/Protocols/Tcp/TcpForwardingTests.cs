using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Tcp;

[BothLanes]
public sealed class TcpForwardingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1 << 20, 1 << 20, true)]
    [InlineData(1 << 20, 1 << 20, false)]
    [InlineData(0, 1 << 20, true)]
    [InlineData(1 << 20, 0, true)]
    [InlineData(64 << 20, 64 << 20, true)]
    public async Task Relay_RandomBytesBothWays_ArriveUnchangedWhicheverSideEndsFirst(long up, long down, bool clientFirst)
    {
        await using EngineParts parts = new();
        TaskCompletionSource<(string Sent, long Length, string Hash)> atTarget = new();
        TaskCompletionSource clientDone = new();
        await using TcpTarget target = new(async (socket, ct) =>
        {
            var receiving = RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, ct));
            if (clientFirst && up < 8 << 20)
            {
                // The client's direction has ended before this one begins.
                await receiving;
            }

            var sent = await RandomBytes.SendAsync(async x => await socket.SendAsync(x, ct), down, seed: 2);
            socket.Shutdown(SocketShutdown.Send);
            var (length, hash) = await receiving;
            atTarget.SetResult((sent, length, hash));
            await clientDone.Task;
        });
        await using var service = await StreamService.StartAsync(parts.Services, target.Port);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, service.Port, Token);

        var receivingAtClient = RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, Token));
        if (!clientFirst)
        {
            await receivingAtClient;
        }

        var sentByClient = await RandomBytes.SendAsync(async x => await client.SendAsync(x, Token), up, seed: 1);
        client.Shutdown(SocketShutdown.Send);
        var (lengthAtClient, hashAtClient) = await receivingAtClient;
        var (sentByTarget, lengthAtTarget, hashAtTarget) = await atTarget.Task;
        clientDone.SetResult();

        Assert.Equal(up, lengthAtTarget);
        Assert.Equal(down, lengthAtClient);
        Assert.Equal(sentByClient, hashAtTarget);
        Assert.Equal(sentByTarget, hashAtClient);
        Assert.Equal(up, service.Totals.InputBytes);
        Assert.Equal(down, service.Totals.OutputBytes);
    }

    [Fact]
    public async Task Relay_TwoHundredConnectionsAtOnce_EachGetsItsOwnBytes()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        await using var service = await StreamService.StartAsync(parts.Services, target.Port);

        async Task RoundTripAsync(int seed)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(IPAddress.Loopback, service.Port, Token);
            var receiving = RandomBytes.ReceiveAsync(x => client.ReceiveAsync(x, Token));
            var sent = await RandomBytes.SendAsync(async x => await client.SendAsync(x, Token), 300_000 + seed, seed);
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal((300_000 + seed, sent), await receiving);
        }

        await Task.WhenAll(Enumerable.Range(0, 200).Select(RoundTripAsync));
        Assert.Equal(200, target.Accepted);
    }

    [Fact]
    public async Task Target_Refuses_ClientIsClosedAndFailureIsReported()
    {
        await using EngineParts parts = new();

        // Bound but not listening: the port refuses, and nobody else can take it.
        using Socket dead = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var service = await StreamService.StartAsync(parts.Services, ((IPEndPoint)dead.LocalEndPoint!).Port);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, service.Port, Token);

        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Token));
        var failure = await service.Failures.ReadAsync(Token);
        Assert.Equal(FlowError.Refused, failure.Error);
    }
}

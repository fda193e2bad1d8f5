using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Net;

[BothLanes]
public sealed class ListenSocketPoolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lease_NoSinkAttached_ConnectionsWaitInBacklog()
    {
        await using EngineParts parts = new();
        await using var lease = await LeaseAsync(parts, "a", "127.0.0.1:0");
        using var client = await ConnectAsync(lease);
        CollectingSink sink = new();
        Assert.Equal(0, sink.Count);

        lease.Attach(sink, TcpKeepAlive.Default);

        using var accepted = await sink.NextAsync(Token);
        Assert.Equal(client.LocalEndPoint, accepted.RemoteEndPoint);
    }

    [Fact]
    public async Task Lease_TakenOverAgainAndAgain_NoConnectionIsRefusedOrLost()
    {
        const int Generations = 50;
        const int Connects = 500;
        await using EngineParts parts = new();
        var port = await FreePortAsync(parts);
        var lease = await LeaseAsync(parts, "a", $"127.0.0.1:{port}");
        CollectingSink sink = new() { Echoes = true };
        lease.Attach(sink, TcpKeepAlive.Default);
        List<CollectingSink> sinks = [sink];

        async Task ConnectAllAsync()
        {
            for (var i = 0; i < Connects; i++)
            {
                using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await client.ConnectAsync(IPAddress.Loopback, port, Token);
                await client.SendAsync(new byte[] { 1 }, Token);
                Assert.Equal(1, await client.ReceiveAsync(new byte[1], Token));
            }
        }

        var connecting = ConnectAllAsync();
        for (var i = 0; i < Generations; i++)
        {
            var next = await LeaseAsync(parts, "a", $"127.0.0.1:{port}");
            Assert.Equal(1, parts.Services.ListenSockets.Count);
            CollectingSink nextSink = new() { Echoes = true };
            next.Attach(nextSink, TcpKeepAlive.Default);
            lease.Detach(sink);
            await lease.DisposeAsync();
            (lease, sink) = (next, nextSink);
            sinks.Add(nextSink);
            await Task.Yield();
        }

        await connecting;
        await lease.DisposeAsync();
        await Task.WhenAll(sinks.Select(static x => x.EndAsync()));
        Assert.Equal(Connects, sinks.Sum(static x => x.Count));
        Assert.Equal(0, parts.Services.ListenSockets.Count);
    }

    [Fact]
    public async Task Lease_LastOneDisposed_PortRefusesAtOnce()
    {
        await using EngineParts parts = new();
        var lease = await LeaseAsync(parts, "a", "127.0.0.1:0");
        var port = Port(lease);
        CollectingSink sink = new();
        lease.Attach(sink, TcpKeepAlive.Default);
        using (await ConnectAsync(lease))
        {
            (await sink.NextAsync(Token)).Dispose();
        }

        var disposing = lease.DisposeAsync();

        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var e = await Assert.ThrowsAsync<SocketException>(async () => await client.ConnectAsync(IPAddress.Loopback, port, Token));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        await disposing;
    }

    [Theory]
    [InlineData("")]
    [InlineData(":0")]
    [InlineData("127.0.0.1:0")]
    public async Task Lease_FreePort_StaysTheServicesOwn(string addr)
    {
        await using EngineParts parts = new();
        await using var first = await LeaseAsync(parts, "a", addr);
        await using var next = await LeaseAsync(parts, "a", addr);
        await using var other = await LeaseAsync(parts, "b", addr);
        Assert.Equal(Port(first), Port(next));
        Assert.NotEqual(Port(first), Port(other));
        Assert.NotEqual(0, Port(first));
    }

    [Fact]
    public async Task Lease_TakenPort_NamesPortAndHolder()
    {
        await using EngineParts parts = new();
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen(1);
        var addr = taken.LocalEndPoint!.ToString()!;

        var e = await Assert.ThrowsAsync<FlowException>(() => LeaseAsync(parts, "a", addr));

        Assert.Equal((FlowLayer.Bind, FlowError.AddressInUse), (e.Layer, e.Error));
        Assert.StartsWith($"listen tcp {addr}: bind: address already in use", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("(held by this process)", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, parts.Services.ListenSockets.Count);
    }

    [Fact]
    public async Task Lease_ForeignAddress_SaysSo()
    {
        await using EngineParts parts = new();
        var e = await Assert.ThrowsAsync<FlowException>(() => LeaseAsync(parts, "a", "192.0.2.1:0"));
        Assert.Equal("listen tcp 192.0.2.1:0: bind: cannot assign requested address", e.Message);
    }

    [Theory]
    [InlineData("127.0.0.1", "")]
    [InlineData("", "127.0.0.1")]
    public async Task Lease_MoveBetweenOverlappingAddresses_OldAcceptsUntilClosedThenNewDoes(string from, string to)
    {
        await using EngineParts parts = new();
        var port = await FreePortAsync(parts);
        var old = await LeaseAsync(parts, "a", $"{from}:{port}");
        CollectingSink oldSink = new();
        old.Attach(oldSink, TcpKeepAlive.Default);
        using (await ConnectAsync(old))
        {
            (await oldSink.NextAsync(Token)).Dispose();
        }

        await using var moved = await LeaseAsync(parts, "a", $"{to}:{port}");
        CollectingSink newSink = new();
        moved.Attach(newSink, TcpKeepAlive.Default);
        await old.DisposeAsync();

        using var client = await ConnectAsync(moved);
        (await newSink.NextAsync(Token)).Dispose();

        // The ordinary rule is in force again: the port is not shared with anybody else.
        await using EngineParts stranger = new();
        await Assert.ThrowsAsync<FlowException>(() => LeaseAsync(stranger, "b", $"{from}:{port}"));
    }

    [Fact]
    public async Task Lease_TwoServicesSwapAddresses_ConnectionsFollow()
    {
        await using EngineParts parts = new();
        string[] addrs = [$"127.0.0.1:{await FreePortAsync(parts)}", $"127.0.0.1:{await FreePortAsync(parts)}"];
        var a1 = await LeaseAsync(parts, "a", addrs[0]);
        var b1 = await LeaseAsync(parts, "b", addrs[1]);
        CollectingSink a1Sink = new(), b1Sink = new(), a2Sink = new(), b2Sink = new();
        a1.Attach(a1Sink, TcpKeepAlive.Default);
        b1.Attach(b1Sink, TcpKeepAlive.Default);

        await using var a2 = await LeaseAsync(parts, "a", addrs[1]);
        await using var b2 = await LeaseAsync(parts, "b", addrs[0]);

        // One service after the other: for a moment nobody wants the first socket, and its connections wait.
        a2.Attach(a2Sink, TcpKeepAlive.Default);
        a1.Detach(a1Sink);
        await a1.DisposeAsync();
        using var between = await ConnectAsync(b2);
        b2.Attach(b2Sink, TcpKeepAlive.Default);
        b1.Detach(b1Sink);
        await b1.DisposeAsync();

        (await b2Sink.NextAsync(Token)).Dispose();
        using var second = await ConnectAsync(a2);
        (await a2Sink.NextAsync(Token)).Dispose();
        Assert.Equal((0, 0), (a1Sink.Count, b1Sink.Count));
    }

    [Fact]
    public async Task Lease_DualStack_TakesBothFamiliesAndPlainHostOnlyIPv4()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this system has no IPv6");
        await using EngineParts parts = new();
        await using var dual = await LeaseAsync(parts, "a", ":0");
        await using var four = await LeaseAsync(parts, "b", "0.0.0.0:0");
        CollectingSink sink = new();
        dual.Attach(sink, TcpKeepAlive.Default);

        using var v4 = await ConnectAsync(dual, IPAddress.Loopback);
        using var accepted4 = await sink.NextAsync(Token);
        using var v6 = await ConnectAsync(dual, IPAddress.IPv6Loopback);
        using var accepted6 = await sink.NextAsync(Token);

        Assert.Equal(AddressFamily.InterNetwork, accepted4.RemoteEndPoint!.AddressFamily);
        Assert.Equal(AddressFamily.InterNetworkV6, accepted6.RemoteEndPoint!.AddressFamily);
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(four, IPAddress.IPv6Loopback));
    }

    [Fact]
    public async Task Lease_ReusePort_IsSharedWithStrangers()
    {
        await using EngineParts parts = new();
        await using EngineParts stranger = new();
        var port = await FreePortAsync(parts);
        ListenRequest request = new("a", BindAddress.Parse($"127.0.0.1:{port}", "tcp"), ReusePort: true);
        await using var one = await parts.Services.ListenSockets.LeaseAsync(request, Token);
        await using var other = await stranger.Services.ListenSockets.LeaseAsync(request, Token);
        Assert.Equal(port, Port(other));
    }

    [Fact]
    public async Task Attach_KeepAlive_IsInheritedByAcceptedSockets()
    {
        await using EngineParts parts = new();
        await using var lease = await LeaseAsync(parts, "a", "127.0.0.1:0");
        CollectingSink sink = new();
        lease.Attach(sink, new TcpKeepAlive(33, 7, 4));
        using var client = await ConnectAsync(lease);
        using var accepted = await sink.NextAsync(Token);

        var socket = RawSockets.Of(accepted);
        Assert.True(socket.NoDelay);
        Assert.Equal(1, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(33, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(7, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(4, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
    }

    [Fact]
    public async Task Accept_OutOfDescriptors_PausesSaysSoAndResumes()
    {
        FakeTimeProvider time = new();
        StubDescriptorProbe probe = new() { Limit = 1000, Open = 100 };
        await using EngineParts parts = new(time, probe);
        await using var lease = await LeaseAsync(parts, "a", "127.0.0.1:0");
        CollectingSink sink = new();
        lease.Attach(sink, TcpKeepAlive.Default);
        using var first = await ConnectAsync(lease);
        (await sink.NextAsync(Token)).Dispose();

        probe.Open = 1000 - parts.Services.Descriptors.Reserved;
        time.Advance(DescriptorReserve.MeasurementAge);
        using var waiting = await ConnectAsync(lease);
        using var alsoWaiting = await ConnectAsync(lease);
        var fault = await sink.Faults.ReadAsync(Token);
        Assert.Equal((FlowLayer.Accept, FlowError.OutOfDescriptors), (fault!.Layer, fault.Error));
        Assert.Contains("32 of 1000 descriptors are free and 32 are kept in reserve", fault.Message, StringComparison.Ordinal);
        time.Advance(DescriptorReserve.PollInterval * 10);
        Assert.Equal(1, sink.Count);

        probe.Open = 100;
        await Eventually.TrueAsync(
            "both waiting connections are accepted",
            TimeSpan.FromSeconds(30),
            () =>
            {
                time.Advance(DescriptorReserve.PollInterval);
                return sink.Count == 3;
            },
            Token);
        (await sink.NextAsync(Token)).Dispose();
        (await sink.NextAsync(Token)).Dispose();
        FlowException? last;
        do
        {
            last = await sink.Faults.ReadAsync(Token);
        }
        while (last is not null);
    }

    private static Task<ListenLease> LeaseAsync(EngineParts parts, string service, string addr) =>
        parts.Services.ListenSockets.LeaseAsync(new ListenRequest(service, BindAddress.Parse(addr, "tcp")), Token).AsTask();

    private static int Port(ListenLease lease) => ((IPEndPoint)lease.LocalEndPoint!).Port; // bound by the pool

    private static async Task<int> FreePortAsync(EngineParts parts)
    {
        await using var lease = await LeaseAsync(parts, "free", "127.0.0.1:0");
        return Port(lease);
    }

    private static async Task<Socket> ConnectAsync(ListenLease lease, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, Port(lease), Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

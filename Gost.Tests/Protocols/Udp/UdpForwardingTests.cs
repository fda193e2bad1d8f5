using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Udp;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Udp;

[BothLanes]
public sealed class UdpForwardingTests : IAsyncLifetime
{
    private static readonly UdpSessionOptions KeepAlive = new() { KeepAlive = true };
    private readonly UdpBench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Session_WithoutKeepAlive_EndsWithItsFirstReplyAndTheNextGetsTheNextTarget()
    {
        await using EchoTarget a = new("a"), b = new("b"), c = new("c");
        var forwarder = new RoundRobinForwarder(a.EndPoint, b.EndPoint, c.EndPoint);
        var (service, endPoint) = await _bench.StartAsync(forwarder, new UdpSessionOptions());
        var client = _bench.Client(endPoint);

        List<string> replies = [];
        for (var i = 0; i < 6; i++)
        {
            replies.Add(await AskAsync(client, $"{i}"));
            var ended = await service.Ended.Reader.ReadAsync(Token);
            Assert.Equal(1, ended.Counters.InputBytes);
            Assert.Equal(2, ended.Counters.OutputBytes);
        }

        Assert.Equal(["a0", "b1", "c2", "a3", "b4", "c5"], replies);
        Assert.Equal(2, a.ClientPorts.Count);
        Assert.Equal(6, service.Totals.InputBytes);
        Assert.Equal(12, service.Totals.OutputBytes);
    }

    [Fact]
    public async Task Session_WithKeepAlive_KeepsItsTargetAndItsSocket()
    {
        await using EchoTarget a = new("a"), b = new("b"), c = new("c");
        var forwarder = new RoundRobinForwarder(a.EndPoint, b.EndPoint, c.EndPoint);
        var (_, endPoint) = await _bench.StartAsync(forwarder, KeepAlive);
        var clients = Enumerable.Range(0, 4).Select(_ => _bench.Client(endPoint)).ToArray();

        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                Assert.Equal($"{"abca"[i]}{round}", await AskAsync(clients[i], $"{round}"));
            }
        }

        Assert.Equal(4, forwarder.Associations);
        Assert.Equal(2, a.ClientPorts.Count);
        Assert.Single(b.ClientPorts);
    }

    [Fact]
    public async Task Session_WithKeepAlive_PassesSeveralRepliesPerRequest()
    {
        await using EchoTarget target = new("x", replies: 3);
        var (_, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        var client = _bench.Client(endPoint);
        Assert.Equal("x1", await AskAsync(client, "1"));
        Assert.Equal("x1", await ReadAsync(client));
        Assert.Equal("x1", await ReadAsync(client));
    }

    [Fact]
    public async Task Session_SilentTarget_EndsWhenTheServiceStops()
    {
        using var silent = Bound();
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder((IPEndPoint)silent.LocalEndPoint!), new UdpSessionOptions());
        var client = _bench.Client(endPoint);
        await client.SendAsync(new byte[] { 1 }, Token);
        var inbound = await service.Started.Reader.ReadAsync(Token);
        Assert.Equal(client.LocalEndPoint, inbound.Client);
        Assert.Equal(endPoint, inbound.Local);
        await _bench.StopOldestAsync();
        Assert.Same(inbound, await service.Ended.Reader.ReadAsync(Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1472)]
    [InlineData(4096)]
    [InlineData(65_507)]
    public async Task Datagram_OfAnySize_PassesBothWaysUnchanged(int size)
    {
        await using EchoTarget target = new();
        var (_, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive with { ReadBufferSize = 65_507 });
        var client = _bench.Client(endPoint);
        var sent = RandomNumberGenerator.GetBytes(size);
        var received = new byte[65_536];
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(sent, Token);
            Assert.Equal(size, await client.ReceiveAsync(received, Token));
            Assert.Equal(sent, received.AsSpan(0, size));
        }
    }

    [Fact]
    public async Task Datagram_LongerThanReadBuffer_IsCut()
    {
        await using EchoTarget target = new();
        var (_, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive with { ReadBufferSize = 100 });
        var client = _bench.Client(endPoint);
        var sent = RandomNumberGenerator.GetBytes(200);
        await client.SendAsync(sent, Token);
        var received = new byte[300];
        Assert.Equal(100, await client.ReceiveAsync(received, Token));
        Assert.Equal(sent.AsSpan(0, 100), received.AsSpan(0, 100));
    }

    [Fact]
    public async Task Queue_Full_DropsAndCounts()
    {
        await using EchoTarget target = new();
        var forwarder = new RoundRobinForwarder(target.EndPoint) { Gate = new TaskCompletionSource() };
        var (service, endPoint) = await _bench.StartAsync(forwarder, KeepAlive with { ReadQueueSize = 4 });
        var client = _bench.Client(endPoint);
        for (byte i = 0; i < 10; i++)
        {
            await client.SendAsync(new[] { i }, Token);
        }

        await service.Started.Reader.ReadAsync(Token);
        await Eventually.TrueAsync("dropped", TimeSpan.FromSeconds(30), () => service.Totals.DroppedPackets == 6, Token);

        forwarder.Gate.SetResult();
        for (byte i = 0; i < 4; i++)
        {
            var received = new byte[10];
            Assert.Equal(1, await client.ReceiveAsync(received, Token));
            Assert.Equal(i, received[0]);
        }
    }

    [Fact]
    public async Task Backlog_Full_DropsFurtherClientsAndCounts()
    {
        await using EchoTarget target = new();
        var forwarder = new RoundRobinForwarder(target.EndPoint) { Gate = new TaskCompletionSource() };
        var (service, endPoint) = await _bench.StartAsync(forwarder, KeepAlive with { Backlog = 2 });
        Socket[] clients = [_bench.Client(endPoint), _bench.Client(endPoint), _bench.Client(endPoint)];

        // One after the other: what two sockets send may change places on its way.
        foreach (var client in clients[..2])
        {
            await client.SendAsync(new byte[] { 1 }, Token);
            await service.Started.Reader.ReadAsync(Token);
        }

        await clients[2].SendAsync(new byte[] { 1 }, Token);
        await Eventually.TrueAsync("dropped", TimeSpan.FromSeconds(30), () => service.Totals.DroppedPackets == 1, Token);
        await clients[0].SendAsync(new byte[] { 2 }, Token);
        forwarder.Gate.SetResult();
        var received = new byte[10];
        await clients[0].ReceiveAsync(received, Token);
        await clients[0].ReceiveAsync(received, Token);
        Assert.Equal(2, received[0]);
        Assert.Equal(1, service.Totals.DroppedPackets);
        Assert.False(service.Started.Reader.TryRead(out _));

        Assert.Equal("3", await AskAsync(clients[2], "3"));
    }

    [Fact]
    public async Task Client_NotAdmitted_IsIgnored()
    {
        await using EchoTarget target = new();
        var service = new UdpService(_bench.Handler(new RoundRobinForwarder(target.EndPoint)));
        var refused = new HashSet<string>();
        service.Admits = x => !refused.Contains(x.Client.ToString()!);
        var endPoint = await _bench.StartAsync(service, KeepAlive);
        Socket bad = _bench.Client(endPoint), good = _bench.Client(endPoint);
        refused.Add(bad.LocalEndPoint!.ToString()!);
        await bad.SendAsync(new byte[] { 1 }, Token);
        Assert.Equal("ok", await AskAsync(good, "ok"));
        Assert.Equal(0, bad.Available);
        Assert.Equal(0, service.Totals.DroppedPackets);
        Assert.Single(target.ClientPorts);
    }

    [Fact]
    public async Task Target_Refuses_SessionWithKeepAliveLivesOn()
    {
        var free = Bound();
        var address = (IPEndPoint)free.LocalEndPoint!;
        free.Dispose();
        var forwarder = new RoundRobinForwarder(address);
        var (service, endPoint) = await _bench.StartAsync(forwarder, KeepAlive);
        var client = _bench.Client(endPoint);
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(new byte[] { 1 }, Token);
        }

        await service.Started.Reader.ReadAsync(Token);

        // The target starts where nobody listened: the same session reaches it.
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        late.Bind(address);
        var buffer = new byte[10];
        await client.SendAsync(new byte[] { 7 }, Token);
        while (buffer[0] != 7)
        {
            await late.ReceiveAsync(buffer, Token);
        }

        Assert.Equal(1, forwarder.Associations);
        Assert.False(service.Ended.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Target_Refuses_SessionWithoutKeepAliveEndsSoThatTheNextTargetServes()
    {
        var free = Bound();
        var address = (IPEndPoint)free.LocalEndPoint!;
        free.Dispose();
        await using EchoTarget target = new("b");
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(address, target.EndPoint), new UdpSessionOptions());
        var client = _bench.Client(endPoint);
        await client.SendAsync(new byte[] { 1 }, Token);
        await service.Ended.Reader.ReadAsync(Token);
        Assert.Equal("b2", await AskAsync(client, "2"));
    }

    [Theory]
    [InlineData(":0")]
    [InlineData("")]
    [InlineData("[::1]:0")]
    public async Task Address_WithIPv6_ServesIt(string addr)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6 here");
        await using EchoTarget target = new();
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive, addr);
        var six = _bench.Client(new IPEndPoint(IPAddress.IPv6Loopback, endPoint.Port));
        Assert.Equal("six", await AskAsync(six, "six"));
        Assert.Equal(AddressFamily.InterNetworkV6, (await service.Started.Reader.ReadAsync(Token)).Client.AddressFamily);
        if (addr != "[::1]:0")
        {
            var four = _bench.Client(new IPEndPoint(IPAddress.Loopback, endPoint.Port));
            Assert.Equal("four", await AskAsync(four, "four"));
            Assert.Equal(four.LocalEndPoint, (await service.Started.Reader.ReadAsync(Token)).Client);
        }
    }

    [Fact]
    public async Task Stateless_Service_GivesEachDatagramAFlowOfItsOwn()
    {
        await using EchoTarget a = new("a", replies: 2), b = new("b");
        var forwarder = new RoundRobinForwarder(a.EndPoint, b.EndPoint);
        var (service, endPoint) = await _bench.StartAsync(
            forwarder, new UdpSessionOptions { Stateless = true }, handling: new UdpHandlerOptions { Stateless = true, BufferSize = 3 });
        var client = _bench.Client(endPoint);
        Assert.Equal("a1", await AskAsync(client, "1"));
        Assert.Equal("b2x", await AskAsync(client, "2xyz"));
        await service.Ended.Reader.ReadAsync(Token);
        await service.Ended.Reader.ReadAsync(Token);
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task Stateless_SilentTarget_GivesUpAfterReadTimeout()
    {
        var time = new FakeTimeProvider();
        await using UdpBench bench = new(time);
        using var silent = Bound();
        var (service, endPoint) = await bench.StartAsync(
            new RoundRobinForwarder((IPEndPoint)silent.LocalEndPoint!), new UdpSessionOptions { Stateless = true });
        var client = bench.Client(endPoint);
        await client.SendAsync(new byte[] { 1 }, Token);
        await service.Started.Reader.ReadAsync(Token);
        await silent.ReceiveAsync(new byte[1], Token);
        time.Advance(TimeSpan.FromSeconds(15));
        await service.Ended.Reader.ReadAsync(Token);
    }

    internal static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    internal static async Task<string> AskAsync(Socket client, string text)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(text), Token);
        return await ReadAsync(client);
    }

    internal static async Task<string> ReadAsync(Socket client)
    {
        var buffer = new byte[2048];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(10_000);
        return Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer, limit.Token));
    }
}

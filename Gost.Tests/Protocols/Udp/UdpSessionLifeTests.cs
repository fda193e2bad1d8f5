using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Udp;
using Gost.Engine.Runtime;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Gost.Tests.Protocols.Udp.UdpForwardingTests;

namespace Gost.Tests.Protocols.Udp;

[BothLanes]
public sealed class UdpSessionLifeTests : IAsyncLifetime
{
    private static readonly UdpSessionOptions KeepAlive = new() { KeepAlive = true, Ttl = TimeSpan.FromSeconds(5) };
    private readonly FakeTimeProvider _time = new();
    private readonly UdpBench _bench;

    public UdpSessionLifeTests() => _bench = new UdpBench(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Session_Idle_EndsAtTheSecondCheck()
    {
        await using EchoTarget target = new();
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        var client = _bench.Client(endPoint);
        await AskAsync(client, "1");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(service.Ended.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(5));
        await service.Ended.Reader.ReadAsync(Token);

        // The next datagram begins anew, from another port, and is checked again.
        Assert.Equal("2", await AskAsync(client, "2"));
        Assert.Equal(2, target.ClientPorts.Count);
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await service.Ended.Reader.ReadAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Session_BusyInOneDirection_LivesOn(bool fromClient)
    {
        using var target = Bound();
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder((IPEndPoint)target.LocalEndPoint!), KeepAlive);
        var client = _bench.Client(endPoint);
        var buffer = new byte[10];
        await client.SendAsync(new byte[] { 1 }, Token);
        var upstream = (await target.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), Token)).RemoteEndPoint;
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            if (fromClient)
            {
                await client.SendAsync(new byte[] { 2 }, Token);
                await target.ReceiveAsync(buffer, Token);
            }
            else
            {
                await target.SendToAsync(new byte[] { 2 }, SocketFlags.None, upstream, Token);
                await client.ReceiveAsync(buffer, Token);
            }
        }

        Assert.False(service.Ended.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await service.Ended.Reader.ReadAsync(Token);
    }

    [Fact]
    public async Task Session_WithoutReply_IsRemovedByTheCheckToo()
    {
        using var target = Bound();
        var (service, endPoint) = await _bench.StartAsync(new RoundRobinForwarder((IPEndPoint)target.LocalEndPoint!), KeepAlive with { KeepAlive = false });
        await _bench.Client(endPoint).SendAsync(new byte[] { 1 }, Token);
        await target.ReceiveAsync(new byte[1], Token);
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await service.Ended.Reader.ReadAsync(Token);
    }

    [Fact]
    public async Task IdleTimeout_ShorterThanTtl_EndsTheSession()
    {
        await using EchoTarget target = new();
        var (service, endPoint) = await _bench.StartAsync(
            new RoundRobinForwarder(target.EndPoint), KeepAlive, handling: new UdpHandlerOptions { IdleTimeout = TimeSpan.FromSeconds(3) });
        var client = _bench.Client(endPoint);
        await AskAsync(client, "1");
        _time.Advance(TimeSpan.FromSeconds(2));
        await AskAsync(client, "2");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(service.Ended.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        await service.Ended.Reader.ReadAsync(Token);
    }

    [Fact]
    public async Task Change_OfTheSameAddress_KeepsSessionsAndGivesNewOnesTheNewTarget()
    {
        await using EchoTarget old = new("old"), changed = new("new");
        var (first, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(old.EndPoint), KeepAlive);
        Socket before = _bench.Client(endPoint), after = _bench.Client(endPoint);
        Assert.Equal("old1", await AskAsync(before, "1"));

        var (second, same) = await _bench.StartAsync(new RoundRobinForwarder(changed.EndPoint), KeepAlive with { ReadBufferSize = 65_507 });
        await _bench.StopOldestAsync();
        Assert.Equal(endPoint, same);
        Assert.Equal("old2", await AskAsync(before, "2"));
        Assert.Equal("new3", await AskAsync(after, "3"));
        Assert.True(first.Started.Reader.TryRead(out _));
        Assert.False(first.Started.Reader.TryRead(out _));
        Assert.False(first.Ended.Reader.TryRead(out _));
        Assert.True(second.Started.Reader.TryRead(out _));

        // A larger buffer holds for the very next datagram.
        await after.SendAsync(new byte[20_000], Token);
        Assert.Equal(20_003, await after.ReceiveAsync(new byte[30_000], Token));

        await _bench.StopOldestAsync();
        await first.Ended.Reader.ReadAsync(Token);
        await second.Ended.Reader.ReadAsync(Token);
        using var rebound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        rebound.Bind(endPoint);
    }

    [Fact]
    public async Task Change_UnderTraffic_LosesNothing()
    {
        await using EchoTarget target = new();
        var (_, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        Socket[] clients = [.. Enumerable.Range(0, 8).Select(_ => _bench.Client(endPoint))];
        for (var i = 0; i < 100; i++)
        {
            var asked = clients.Select((x, n) => AskAsync(x, $"{i}-{n}")).ToArray();
            await _bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive with { ReadBufferSize = 4096 + i });
            await _bench.StopOldestAsync();
            var replies = await Task.WhenAll(asked);
            Assert.Equal(clients.Select((_, n) => $"{i}-{n}"), replies);
        }

        Assert.Equal(8, target.ClientPorts.Count);
    }

    [Fact]
    public async Task Change_ToAnOverlappingAddress_BindsBesideTheOldOne()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Socket.OSSupportsIPv6, "Linux with IPv6");
        await using EchoTarget old = new("old"), changed = new("new");
        var (_, endPoint) = await _bench.StartAsync(new RoundRobinForwarder(old.EndPoint), KeepAlive);
        var held = $"127.0.0.1:{endPoint.Port}";
        await _bench.StartAsync(new RoundRobinForwarder(changed.EndPoint), KeepAlive, $":{endPoint.Port}");
        await _bench.StopOldestAsync();
        Assert.Equal("new1", await AskAsync(_bench.Client(endPoint), "1"));
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Throws<SocketException>(() => stranger.Bind(IPEndPoint.Parse(held)));
    }

    [Fact]
    public async Task Bind_TakenPort_IsRefusedWithTheAddress()
    {
        using var holder = Bound();
        var addr = holder.LocalEndPoint!.ToString()!;
        var refused = await Assert.ThrowsAsync<FlowException>(() => _bench.StartAsync(new RoundRobinForwarder(), KeepAlive, addr));
        Assert.Equal((FlowLayer.Bind, FlowError.AddressInUse), (refused.Layer, refused.Error));
        Assert.StartsWith($"listen udp {addr}: bind: address already in use", refused.Message, StringComparison.Ordinal);
        Assert.True(!OperatingSystem.IsLinux() || refused.Message.EndsWith("(held by this process)", StringComparison.Ordinal), refused.Message);
    }

    [Fact]
    public async Task Descriptors_Short_DropsNewClientsOnlyAndSaysSo()
    {
        var probe = new FewDescriptors();
        await using UdpBench bench = new(_time, new DescriptorReserve(new EngineOptions(), _time, probe));
        await using EchoTarget target = new();
        var (service, endPoint) = await bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        Socket early = bench.Client(endPoint), late = bench.Client(endPoint);
        await AskAsync(early, "1");
        probe.Free = 10;
        _time.Advance(TimeSpan.FromSeconds(1));
        await late.SendAsync(new byte[] { 1 }, Token);
        var fault = await service.Faults.Reader.ReadAsync(Token);
        Assert.Equal(FlowError.OutOfDescriptors, fault!.Error);
        Assert.Equal("2", await AskAsync(early, "2"));
        Assert.Equal(1, service.Totals.DroppedPackets);
        var (next, _) = await bench.StartAsync(new RoundRobinForwarder(target.EndPoint), KeepAlive);
        Assert.Equal(FlowError.OutOfDescriptors, (await next.Faults.Reader.ReadAsync(Token))!.Error);
        probe.Free = 1000;
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await next.Faults.Reader.ReadAsync(Token));
        Assert.Equal("3", await AskAsync(late, "3"));
    }

    private sealed class FewDescriptors : IDescriptorProbe
    {
        public long Free { get; set; } = 1000;

        public long Limit => 2000;

        public long Open => 2000 - Free;
    }
}

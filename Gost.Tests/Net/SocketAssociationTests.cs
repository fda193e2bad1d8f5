using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Net;

[BothLanes]
public sealed class SocketAssociationTests
{
    private readonly RoutingFixture _fixture = new(realTime: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Association_TwoTargets_GetsBothAnswersWithTheirSources()
    {
        await using UdpTarget first = new("a");
        await using UdpTarget second = new("b");
        await using var channel = await Dialer().OpenAssociationAsync(Token);

        await channel.SendAsync("one"u8.ToArray(), Udp("127.0.0.1", first.Port), Token);
        Assert.Equal(("a:1:one", Udp("127.0.0.1", first.Port)), await ReceiveAsync(channel));
        await channel.SendAsync("two"u8.ToArray(), Udp("localhost", second.Port), Token);
        Assert.Equal(("b:1:two", Udp("127.0.0.1", second.Port)), await ReceiveAsync(channel));

        // One socket for both: that is what makes it an association.
        Assert.Equal(Assert.Single(first.Sources).Key, Assert.Single(second.Sources).Key);
    }

    [Fact]
    public async Task Association_IPv6Target_Answers()
    {
        using Socket target = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            target.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Assert.Skip("this host has no ::1");
        }

        await using var channel = await Dialer().OpenAssociationAsync(Token);
        var port = ((IPEndPoint)target.LocalEndPoint!).Port;
        await channel.SendAsync("x"u8.ToArray(), Udp("::1", port), Token);
        var buffer = new byte[16];
        var received = await target.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.IPv6Any, 0), Token);
        await target.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, Token);

        Assert.Equal(("x", Udp("::1", port)), await ReceiveAsync(channel));
    }

    [Fact]
    public async Task Association_NameInHosts_IsMapped()
    {
        await using UdpTarget target = new("a");
        _fixture.SetHosts("h", ("127.0.0.1", "target.test"));
        await using var channel = await Dialer(new ServiceConfig { Hosts = "h" }).OpenAssociationAsync(Token);

        await channel.SendAsync("x"u8.ToArray(), Udp("target.test", target.Port), Token);

        Assert.Equal("a:1:x", (await ReceiveAsync(channel)).Text);
    }

    [Theory]
    [InlineData("name.invalid", 53)]
    [InlineData("127.0.0.1", 0)]
    public async Task Association_DatagramThatCannotGo_CostsOnlyItself(string host, int port)
    {
        await using UdpTarget target = new("a");
        await using var channel = await Dialer().OpenAssociationAsync(Token);

        var exception = await Assert.ThrowsAsync<SocketException>(async () => await channel.SendAsync("x"u8.ToArray(), Udp(host, port), Token));
        await channel.SendAsync("y"u8.ToArray(), Udp("127.0.0.1", target.Port), Token);

        Assert.True(SocketDatagramChannel.IsTransient(exception.SocketErrorCode));
        Assert.Equal("a:1:y", (await ReceiveAsync(channel)).Text);
    }

    [Fact]
    public async Task Association_SourceAddress_IsUsed()
    {
        await using UdpTarget target = new("a");
        ServiceConfig service = new() { Metadata = new ConfigMap<object?>(new Dictionary<string, object?> { ["interface"] = "127.0.0.1" }) };
        await using var channel = (SocketAssociationChannel)await Dialer(service).OpenAssociationAsync(Token);

        await channel.SendAsync("x"u8.ToArray(), Udp("127.0.0.1", target.Port), Token);

        Assert.Equal("a:1:x", (await ReceiveAsync(channel)).Text);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)channel.LocalEndPoint!).Address);
    }

    [Fact]
    public async Task Association_RepeatedTarget_AllocatesNothing()
    {
        await using UdpTarget target = new("a", replies: 0);
        await using var channel = await Dialer().OpenAssociationAsync(Token);
        var payload = new byte[100];
        var to = Udp("localhost", target.Port);
        await channel.SendAsync(payload, to, Token);

        // Without an await in between, so that all of it is this thread's.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sent = true;
        for (var i = 0; i < 100; i++)
        {
            sent &= channel.SendAsync(payload, to, Token).IsCompletedSuccessfully;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(sent);
    }

    [Fact]
    public async Task Association_Disposed_EndsAWaitingReceive()
    {
        var channel = await Dialer().OpenAssociationAsync(Token);
        var waiting = channel.ReceiveAsync(new byte[1], Token).AsTask();

        await channel.DisposeAsync();

        Assert.Null(await waiting);
        Assert.False(await channel.WaitToReceiveAsync(Token));
    }

    [Fact]
    public async Task Targets_Expired_AreLookedUpAgain()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider time = new();
        var lookups = 0;
        AssociationTargets targets = new(AddressFamily.InterNetwork, false, (_, _) => new([IPAddress.Parse($"10.0.0.{++lookups}")]), time);
        var to = Udp("name.test", 53);

        var first = await targets.ResolveAsync(to, Token);
        Assert.Same(first, targets.Find(to));
        time.Advance(AssociationTargets.Lifetime);

        Assert.Null(targets.Find(to));
        Assert.NotEqual(first, await targets.ResolveAsync(to, Token));
    }

    private static Target Udp(string host, int port) => new(TargetNetwork.Udp, host, port);

    private static async Task<(string Text, Target From)> ReceiveAsync(IDatagramChannel channel)
    {
        var buffer = new byte[1024];
        Assert.True(await channel.WaitToReceiveAsync(Token));
        var datagram = await channel.ReceiveAsync(buffer, Token);
        Assert.NotNull(datagram);
        Assert.NotNull(datagram.Value.From);
        return (Encoding.ASCII.GetString(buffer, 0, datagram.Value.Length), datagram.Value.From);
    }

    private SocketDialer Dialer(ServiceConfig? service = null)
    {
        service ??= new ServiceConfig();
        return SocketDialer.ForService(service, new MetadataReader(service.Metadata, "/metadata"), _fixture.Engine);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

[BothLanes]
public sealed class Socks5DatagramTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Ways => new() { { "", false }, { "", true }, { "udp", false }, { "udp", true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Association_TwoTargetsAndOneThatIsNone_GetsTheAnswersWithTheirSources(string relay, bool tls)
    {
        await using EngineParts parts = new();
        await using UdpTarget first = new("a");
        await using UdpTarget second = new("b", replies: 2);
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("udp", true), ("notls", !tls)));
        await using var channel = await OpenAsync(parts, service, relay, null);

        await channel.SendAsync("1"u8.ToArray(), SocksParts.Udp("127.0.0.1", first.Port), Token);
        Assert.Equal(("a:1:1", first.Port), await ReceiveAsync(channel));

        // No name at all, then no port: dropped, and the others go on.
        await channel.SendAsync("x"u8.ToArray(), SocksParts.Udp("nobody.invalid", 53), Token);
        await channel.SendAsync("x"u8.ToArray(), SocksParts.Udp("127.0.0.1", 0), Token);
        await channel.SendAsync("2"u8.ToArray(), SocksParts.Udp("localhost", second.Port), Token);
        Assert.Equal(("b:1:2", second.Port), await ReceiveAsync(channel));
        Assert.Equal(("b:2:2", second.Port), await ReceiveAsync(channel));
        await channel.SendAsync("3"u8.ToArray(), SocksParts.Udp("127.0.0.1", first.Port), Token);
        Assert.Equal(("a:1:3", first.Port), await ReceiveAsync(channel));
        Assert.Single(first.Sources);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Association_OneTarget_NeedsNoAddressAndEndsWithTheService(string relay, bool tls)
    {
        await using EngineParts parts = new();
        await using UdpTarget target = new("a");
        var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("udp", true), ("notls", !tls)));
        await using var channel = await OpenAsync(parts, service, relay, SocksParts.Udp("localhost", target.Port));

        await channel.SendAsync(new byte[4096], null, Token);
        Assert.Equal(target.Port, (await ReceiveAsync(channel)).Port);
        await service.DisposeAsync();

        await EndsAsync(channel);
    }

    [Fact]
    public async Task Association_DisposedByTheClient_EndsTheFlow()
    {
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("udp", true), ("notls", true)));
        foreach (var relay in new[] { "", "udp" })
        {
            var channel = await OpenAsync(parts, service, relay, null);
            Assert.Equal(1, service.LiveFlows);
            var waiting = channel.WaitToReceiveAsync(Token).AsTask();
            await channel.DisposeAsync();
            Assert.False(await waiting);
            await Eventually.TrueAsync("the flow's end", TimeSpan.FromSeconds(10), () => service.LiveFlows == 0, Token);
        }
    }

    [Fact]
    public async Task Associate_DatagramsOfAStranger_AreNotTakenAndNotAnswered()
    {
        await using EngineParts parts = new();
        await using UdpTarget target = new("a");
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("udp", true), ("notls", true)));
        using var control = await LoopbackClient.ConnectAsync(service.Port, Token);
        var relay = await AssociateAsync(control);
        var datagram = Datagram(target.Port, "hello");

        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await stranger.SendToAsync(datagram, relay, Token);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        // A fragment and what is too short are no datagrams either.
        await client.SendToAsync(new byte[] { 0, 0, 1, 1, 127, 0, 0, 1, 0, 1, 65 }, relay, Token);
        await client.SendToAsync(new byte[] { 0, 0, 0, 1, 127 }, relay, Token);
        await client.SendToAsync(datagram, relay, Token);
        var buffer = new byte[100];
        var count = await client.ReceiveAsync(buffer, Token);

        Assert.Equal("000000017f000001", Convert.ToHexStringLower(buffer.AsSpan(0, 8)));
        Assert.Equal("a:1:hello", Encoding.ASCII.GetString(buffer, 10, count - 10));
        Assert.Equal(0, stranger.Available);
        Assert.Equal(1, Assert.Single(target.Sources).Value);
    }

    [Fact]
    public async Task Associate_SecondPortOfTheClient_GetsTheAnswersFromThenOn()
    {
        await using EngineParts parts = new();
        await using UdpTarget target = new("a");
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("udp", true), ("notls", true)));
        using var control = await LoopbackClient.ConnectAsync(service.Port, Token);
        var relay = await AssociateAsync(control);

        for (var i = 0; i < 2; i++)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await client.SendToAsync(Datagram(target.Port, "x"), relay, Token);
            var buffer = new byte[100];
            var count = await client.ReceiveAsync(buffer, Token);
            Assert.Equal("a:1:x", Encoding.ASCII.GetString(buffer, 10, count - 10));
        }
    }

    [Fact]
    public async Task Associate_PortRange_IsKept()
    {
        await using EngineParts parts = new();
        var port = Ports.Free();
        await using var service = await Socks5ServiceTests.StartAsync(
            parts,
            SocksParts.Service("socks5", null, ("udp", true), ("notls", true), ("udp.bindRange.min", (long)port), ("udp.bindRange.max", (long)port), ("publicAddr", "203.0.113.5")));
        using var control = await LoopbackClient.ConnectAsync(service.Port, Token);

        Assert.Equal(new IPEndPoint(IPAddress.Parse("203.0.113.5"), port), await AssociateAsync(control));

        // The one port of the range is taken now.
        using var second = await LoopbackClient.ConnectAsync(service.Port, Token);
        await second.SendAsync(Convert.FromHexString("050100"), Token);
        Assert.Equal("0500", await Socks5ServiceTests.ReadAsync(second, 2));
        await second.SendAsync(Convert.FromHexString("05030001000000000000"), Token);
        Assert.Equal("05010001000000000000", await Socks5ServiceTests.ReadAsync(second, 10));
    }

    private static async Task<IDatagramChannel> OpenAsync(EngineParts parts, StreamService service, string relay, Target? to) =>
        await SocksParts.Connector(parts.Services, "socks5", null, ("relay", relay)).AssociateAsync(await SocksParts.DialAsync(service, Token), to, Token);

    private static async Task<IPEndPoint> AssociateAsync(Socket control)
    {
        await control.SendAsync(Convert.FromHexString("050100"), Token);
        Assert.Equal("0500", await Socks5ServiceTests.ReadAsync(control, 2));
        await control.SendAsync(Convert.FromHexString("05030001000000000000"), Token);
        var reply = Convert.FromHexString(await Socks5ServiceTests.ReadAsync(control, 10));
        Assert.Equal("05000001", Convert.ToHexStringLower(reply.AsSpan(0, 4)));
        return new IPEndPoint(new IPAddress(reply.AsSpan(4, 4)), (reply[8] << 8) | reply[9]);
    }

    private static byte[] Datagram(int port, string text) => [0, 0, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port, .. Encoding.ASCII.GetBytes(text)];

    private static async Task<(string Text, int? Port)> ReceiveAsync(IDatagramChannel channel)
    {
        var buffer = new byte[8192];
        var datagram = await channel.ReceiveAsync(buffer, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
        return (Encoding.ASCII.GetString(buffer, 0, datagram?.Length ?? 0), datagram?.From?.Port);
    }

    private static async Task EndsAsync(IDatagramChannel channel)
    {
        try
        {
            Assert.Null(await channel.ReceiveAsync(new byte[10], Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token));
        }
        catch (IOException)
        {
            // A connection that was reset is an end as well.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

[BothLanes]
public sealed class Socks5BindTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("00000000")]
    [InlineData("7f000001")]
    public async Task Bind_AddressOfThisHost_TakesOneConnection(string host)
    {
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("bind", true), ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);
        var bound = await BindAsync(client, host + "0000");

        using var outside = await LoopbackClient.ConnectAsync(bound.Port, Token);
        var peer = (IPEndPoint)outside.LocalEndPoint!; // connected above
        Assert.Equal($"050000017f000001{peer.Port:x4}", await Socks5ServiceTests.ReadAsync(client, 10));
        await client.SendAsync("ping"u8.ToArray(), Token);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("ping", await LoopbackClient.ReceiveTextAsync(outside, 5, Token));
        await outside.SendAsync("pong"u8.ToArray(), Token);
        outside.Shutdown(SocketShutdown.Send);
        Assert.Equal("pong", await LoopbackClient.ReceiveTextAsync(client, 5, Token));

        // One connection only: nobody listens any more.
        await Assert.ThrowsAsync<SocketException>(async () => await LoopbackClient.ConnectAsync(bound.Port, Token));
    }

    [Fact]
    public async Task Bind_AddressOfAnother_TakesNobodyElse()
    {
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("bind", true), ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);
        var bound = await BindAsync(client, "cb0071050015");

        using var stranger = await LoopbackClient.ConnectAsync(bound.Port, Token);
        Assert.Equal(0, await ReceiveOrResetAsync(stranger));
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task Bind_TakenPort_IsAFailure()
    {
        await using EngineParts parts = new();
        await using var taken = TcpTarget.Echo();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("bind", true), ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);
        await client.SendAsync(Convert.FromHexString("050100"), Token);
        Assert.Equal("0500", await Socks5ServiceTests.ReadAsync(client, 2));
        await client.SendAsync(Convert.FromHexString($"050200017f000001{taken.Port:x4}"), Token);
        Assert.Equal("05010001000000000000", await Socks5ServiceTests.ReadAsync(client, 10));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task Bind_ClientLeaves_FreesThePort()
    {
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", null, ("bind", true), ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);
        var bound = await BindAsync(client, "000000000000");

        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Token));
        await Assert.ThrowsAsync<SocketException>(async () => await LoopbackClient.ConnectAsync(bound.Port, Token));
    }

    [Fact]
    public async Task Bind_PublicAddress_IsTold()
    {
        await using EngineParts parts = new();
        await using var service = await Socks5ServiceTests.StartAsync(
            parts, SocksParts.Service("socks5", null, ("bind", true), ("notls", true), ("publicAddr", "203.0.113.5:1080")));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);

        Assert.Equal(IPAddress.Parse("203.0.113.5"), (await BindAsync(client, "000000000000")).Address);
    }

    private static async Task<IPEndPoint> BindAsync(Socket client, string address)
    {
        await client.SendAsync(Convert.FromHexString("050100"), Token);
        Assert.Equal("0500", await Socks5ServiceTests.ReadAsync(client, 2));
        await client.SendAsync(Convert.FromHexString("05020001" + address), Token);
        var reply = Convert.FromHexString(await Socks5ServiceTests.ReadAsync(client, 10));
        Assert.Equal("05000001", Convert.ToHexStringLower(reply.AsSpan(0, 4)));
        return new IPEndPoint(new IPAddress(reply.AsSpan(4, 4)), (reply[8] << 8) | reply[9]);
    }

    private static async Task<int> ReceiveOrResetAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}

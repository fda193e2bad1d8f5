using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Protocols.Socks.V4;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

[BothLanes]
public sealed class Socks4Tests
{
    private const string Granted = "005a000000000000";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("04010050" + "7f000001" + "00", 1, "127.0.0.1", "", 9)]
    [InlineData("04010050" + "7f000001" + "7500" + "ffff", 1, "127.0.0.1", "u", 10)]
    [InlineData("04010050" + "00000001" + "7500" + "612e6200" + "41", 1, "a.b", "u", 14)]
    [InlineData("04020050" + "00000000" + "00", 2, "0.0.0.0", "", 9)]
    public void Request_Whole_IsRead(string bytes, byte command, string host, string user, int length)
    {
        var request = Socks4Wire.TryRead(Convert.FromHexString(bytes), out var consumed);

        Assert.Equal(new Socks4Request(command, SocksParts.Tcp(host, 80), user), request);
        Assert.Equal(length, consumed);
        for (var i = 0; i < length; i++)
        {
            Assert.Null(Socks4Wire.TryRead(Convert.FromHexString(bytes).AsSpan(0, i), out _));
        }
    }

    [Fact]
    public void Request_TooLongOrOther_Throws()
    {
        byte[] head = [4, 1, 0, 80, 0, 0, 0, 1];
        Assert.Throws<FlowException>(() => Socks4Wire.TryRead([5], out _));
        Assert.Throws<FlowException>(() => Socks4Wire.TryRead([.. head, .. new byte[256].Select(static _ => (byte)'a')], out _));
        Assert.Throws<FlowException>(() => Socks4Wire.TryRead([.. head, 0, .. new byte[256].Select(static _ => (byte)'a')], out _));
        Assert.Throws<FlowException>(() => Socks4Wire.TryRead([.. head, 0, (byte)'a', 10, 0], out _));
        Assert.Equal(Socks4Wire.MaxRequest, Socks4Wire.Request(SocksParts.Tcp(new string('a', 255), 80), new string('u', 255), byName: true).Length);
    }

    [Theory]
    [InlineData("socks4")]
    [InlineData("socks4a")]
    public async Task Connect_HalfClosedByTheClient_GetsTheWholeAnswer(string type)
    {
        await using EngineParts parts = new();
        string sent = "", received = "";
        await using TcpTarget target = new(async (socket, ct) =>
        {
            received = (await RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, ct))).Hash;
            await socket.SendAsync("thanks"u8.ToArray(), ct);
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        });
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service(type));

        await using var stream = await SocksParts.Connector(parts.Services, type)
            .ConnectAsync(await SocksParts.DialAsync(service, Token), SocksParts.Tcp("localhost", target.Port), Token);
        sent = await RandomBytes.SendAsync(x => stream.WriteAsync(x, Token), 1 << 20, 1);
        await stream.CompleteWritesAsync(Token);
        using StreamReader reader = new(stream);

        Assert.Equal("thanks", await reader.ReadToEndAsync(Token));
        Assert.Equal(sent, received);
        Assert.True(stream.TryGetRawSocket(out _));
    }

    [Fact]
    public async Task Request_PayloadBehindIt_ReachesTheTarget()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        FedStream client = new(ends: true, chunks: [[.. Socks4Wire.Request(SocksParts.Tcp("127.0.0.1", target.Port), "", byName: false), .. "early"u8]]);
        await using var flow = SocksParts.Flow(client);

        await SocksParts.Handler(parts.Services, SocksParts.Service("socks4")).HandleAsync(flow, Token);

        Assert.Equal(Granted, await client.NextWriteAsync());
        Assert.Equal("early"u8.ToArray(), await client.Writes.ReadAsync(Token));
    }

    [Fact]
    public async Task Connect_UserIds_AreChecked()
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        AuthConfig user = new() { Username = "u" };
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks4", user));
        var to = SocksParts.Tcp("127.0.0.1", target.Port);

        await using (await SocksParts.Connector(parts.Services, "socks4", user).ConnectAsync(await SocksParts.DialAsync(service, Token), to, Token))
        {
        }

        var refusal = await Assert.ThrowsAsync<FlowException>(
            async () => await SocksParts.Connector(parts.Services, "socks4").ConnectAsync(await SocksParts.DialAsync(service, Token), to, Token));
        Assert.Equal((FlowLayer.Authentication, FlowError.Unauthenticated), (refusal.Layer, refusal.Error));
    }

    [Fact]
    public async Task Connect_RefusedTarget_IsTheTargetsFault()
    {
        await using EngineParts parts = new();
        using ClosedPort closed = new();
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks4"));

        var refusal = await Assert.ThrowsAsync<FlowException>(async () => await SocksParts.Connector(parts.Services, "socks4")
            .ConnectAsync(await SocksParts.DialAsync(service, Token), SocksParts.Tcp("127.0.0.1", closed.Port), Token));

        Assert.Equal(FlowLayer.Connect, refusal.Layer);
        Assert.Equal(FlowLayer.Dial, (await service.Failures.ReadAsync(Token)).Layer);
    }

    [Fact]
    public async Task Connect_Without4a_SendsTheAddress()
    {
        await using EngineParts parts = new();
        FedStream via = new(ends: true, chunks: [Convert.FromHexString(Granted)]);

        await using var stream = await SocksParts.Connector(parts.Services, "socks4a", null, ("disable4a", true))
            .ConnectAsync(via, SocksParts.Tcp("localhost", 80), Token);

        Assert.Equal("040100507f00000100", await via.NextWriteAsync());
    }

    [Fact]
    public async Task Bind_IsRejected()
    {
        await using EngineParts parts = new();
        FedStream client = new(ends: true, chunks: [Convert.FromHexString("040200500000000000")]);
        await using var flow = SocksParts.Flow(client);

        await Assert.ThrowsAsync<FlowException>(async () => await SocksParts.Handler(parts.Services, SocksParts.Service("socks4")).HandleAsync(flow, Token));

        Assert.Equal("005b000000000000", await client.NextWriteAsync());
    }

    [Fact]
    public async Task Request_NeverWhole_IsGivenUpAfterTheLimit()
    {
        FakeTimeProvider time = new();
        await using EngineParts parts = new(time);
        FedStream client = new(ends: false, chunks: [[4, 1, 0]]);
        await using var flow = SocksParts.Flow(client);

        var serving = SocksParts.Handler(parts.Services, SocksParts.Service("socks4", null, ("readTimeout", "3s"))).HandleAsync(flow, Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(FlowError.TimedOut, (await Assert.ThrowsAsync<FlowException>(() => serving)).Error);
    }
}

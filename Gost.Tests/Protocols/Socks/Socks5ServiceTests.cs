using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

[BothLanes]
public sealed class Socks5ServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool> Ways => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Connect_HalfClosedByTheClient_GetsTheWholeAnswer(bool tls, bool auth)
    {
        await using EngineParts parts = new();
        string expected = "", received = "";
        await using TcpTarget target = new(async (socket, ct) =>
        {
            // The answer begins when the client has ended.
            received = (await RandomBytes.ReceiveAsync(x => socket.ReceiveAsync(x, ct))).Hash;
            expected = await RandomBytes.SendAsync(async x => { await socket.SendAsync(x, ct); }, 1 << 20, 2);
            socket.Shutdown(SocketShutdown.Send);
        });
        var user = auth ? SocksParts.User : null;
        await using var service = await StartAsync(parts, SocksParts.Service("socks5", user, ("notls", !tls)));

        await using var stream = await SocksParts.Connector(parts.Services, "socks5", user)
            .ConnectAsync(await SocksParts.DialAsync(service, Token), SocksParts.Tcp("127.0.0.1", target.Port), Token);
        var sent = await RandomBytes.SendAsync(x => stream.WriteAsync(x, Token), 1 << 20, 1);
        await stream.CompleteWritesAsync(Token);
        var (length, answer) = await RandomBytes.ReceiveAsync(x => stream.ReadAsync(x, Token));

        Assert.Equal(1 << 20, length);
        Assert.Equal((sent, expected), (received, answer));
        Assert.Equal(!tls, stream.TryGetRawSocket(out _));
    }

    [Fact]
    public async Task Connect_WrongPassword_IsRefusedInTls()
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts, SocksParts.Service("socks5", SocksParts.User));

        var refusal = await Assert.ThrowsAsync<FlowException>(async () =>
            await SocksParts.Connector(parts.Services, "socks5", SocksParts.User with { Password = "x" })
                .ConnectAsync(await SocksParts.DialAsync(service, Token), SocksParts.Tcp("127.0.0.1", 1), Token));

        Assert.Equal((FlowLayer.Authentication, FlowError.Unauthenticated), (refusal.Layer, refusal.Error));
        Assert.Equal(FlowLayer.Authentication, (await service.Failures.ReadAsync(Token)).Layer);
    }

    [Theory]
    [InlineData(true, false, FlowLayer.Authentication)]
    [InlineData(false, true, FlowLayer.Handshake)]
    public async Task Greeting_NoMethodInCommon_IsRefused(bool serverAsks, bool clientOffersPasswordOnly, FlowLayer logged)
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts, SocksParts.Service("socks5", serverAsks ? SocksParts.User : null, ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);

        await client.SendAsync(Convert.FromHexString(clientOffersPasswordOnly ? "050102" : "05020080"), Token);

        Assert.Equal("05ff", await ReadAsync(client, 2));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Token));
        Assert.Equal(logged, (await service.Failures.ReadAsync(Token)).Layer);
    }

    [Theory]
    [InlineData("05f00001000000000000", "05070001000000000000")]
    [InlineData("050100050102030405060708", "05080001000000000000")]
    [InlineData("05020001000000000000", "05020001000000000000")]
    [InlineData("05030001000000000000", "05020001000000000000")]
    [InlineData("05f20001000000000000", "05020001000000000000")]
    [InlineData("05f30001000000000000", "05020001000000000000")]
    [InlineData("05f30001000000000035", "05020001000000000000")]
    public async Task Request_NotServed_IsAnsweredWithTheReason(string request, string reply)
    {
        await using EngineParts parts = new();
        FedStream client = new(ends: true, chunks: [Convert.FromHexString("050100" + request)]);
        await using var flow = SocksParts.Flow(client);

        await Assert.ThrowsAsync<FlowException>(
            async () => await SocksParts.Handler(parts.Services, SocksParts.Service("socks5", null, ("notls", true))).HandleAsync(flow, Token));

        Assert.Equal("0500", await client.NextWriteAsync());
        Assert.Equal(reply, await client.NextWriteAsync());
        Assert.True(client.Completed.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("0501")]
    [InlineData("050100" + "050100")]
    [InlineData("050100" + "0501000309616263")]
    public async Task Request_NeverWhole_IsGivenUpAfterTheLimit(string bytes)
    {
        FakeTimeProvider time = new();
        await using EngineParts parts = new(time);
        FedStream client = new(ends: false, chunks: [Convert.FromHexString(bytes)]);
        await using var flow = SocksParts.Flow(client);

        var serving = SocksParts.Handler(parts.Services, SocksParts.Service("socks5", null, ("notls", true))).HandleAsync(flow, Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(serving.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<FlowException>(() => serving);
        Assert.Equal((FlowLayer.Handshake, FlowError.TimedOut), (fault.Layer, fault.Error));
    }

    [Fact]
    public async Task Refusal_OfAClientThatHasSentMore_ReachesIt()
    {
        await using EngineParts parts = new();
        using ClosedPort closed = new();
        await using var service = await StartAsync(parts, SocksParts.Service("socks5", null, ("notls", true)));
        using var client = await LoopbackClient.ConnectAsync(service.Port, Token);

        await client.SendAsync((byte[])[.. Convert.FromHexString($"05010005010001{0x7f000001:x8}{closed.Port:x4}"), .. new byte[5000]], Token);

        Assert.Equal("050005050001000000000000", await ReadAsync(client, 12));
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task Connect_UnresolvableName_IsAHostThatCannotBeReached()
    {
        await using EngineParts parts = new();
        await using var service = await StartAsync(parts, SocksParts.Service("socks5", null, ("notls", true)));

        var refusal = await Assert.ThrowsAsync<FlowException>(async () =>
            await SocksParts.Connector(parts.Services, "socks5").ConnectAsync(
                await SocksParts.DialAsync(service, Token), SocksParts.Tcp("nobody.invalid", 80), Token));

        Assert.Equal((FlowLayer.Connect, FlowError.Unreachable), (refusal.Layer, refusal.Error));
    }

    [Fact]
    public async Task Connect_SilentFarEnd_IsGivenUpAfterTheTimeout()
    {
        FakeTimeProvider time = new();
        await using EngineParts parts = new(time);
        FedStream via = new();

        var connecting = SocksParts.Connector(parts.Services, "socks5", null, ("timeout", "5s")).ConnectAsync(via, SocksParts.Tcp("a", 1), Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));

        var fault = await Assert.ThrowsAsync<FlowException>(() => connecting);
        Assert.Equal((FlowLayer.Handshake, FlowError.TimedOut), (fault.Layer, fault.Error));
        Assert.True(via.IsDisposed);
    }

    [Theory]
    [InlineData("0402", FlowLayer.Handshake)]
    [InlineData("0502", FlowLayer.Handshake)]
    [InlineData("05ff", FlowLayer.Authentication)]
    [InlineData("0500" + "04000001000000000000", FlowLayer.Handshake)]
    [InlineData("0500" + "05000009000000000000", FlowLayer.Handshake)]
    [InlineData("0500" + "050000", FlowLayer.Connect)]
    [InlineData("05", FlowLayer.Handshake)]
    public async Task Connect_FarEndThatSaysOtherThings_FailsWithTheLayer(string answer, FlowLayer layer)
    {
        await using EngineParts parts = new();
        FedStream via = new(ends: true, chunks: [Convert.FromHexString(answer)]);

        var fault = await Assert.ThrowsAsync<FlowException>(async () =>
            await SocksParts.Connector(parts.Services, "socks5", null, ("notls", true)).ConnectAsync(via, SocksParts.Tcp("a", 1), Token));

        Assert.Equal(layer, fault.Layer);
        Assert.True(via.IsDisposed);
    }

    [Fact]
    public async Task Build_CredentialsThatDoNotFit_AreAFinding()
    {
        await using EngineParts parts = new();
        Gost.Engine.Config.MetadataReader metadata = new(Gost.Engine.Config.Values.ConfigMap<object?>.Empty, "/connector/metadata");

        parts.Services.Catalog.Connectors["socks5"](new Gost.Engine.Catalog.ConnectorBuildContext(
            new NodeConfig(), new ConnectorConfig { Type = "socks5", Auth = new AuthConfig { Username = new string('a', 256) } }, metadata, parts.Services));

        Assert.Equal("/connector/auth", Assert.Single(metadata.Findings).Pointer);
    }

    internal static async Task<StreamService> StartAsync(EngineParts parts, ServiceConfig config)
    {
        var service = await StreamService.BindAsync(parts.Services, config, (_, _) => throw new NotSupportedException("SOCKS services have no targets of their own"));
        service.Run();
        return service;
    }

    internal static async Task<string> ReadAsync(Socket socket, int count) => Convert.ToHexStringLower(await socket.ReceiveExactlyAsync(count, Token));
}

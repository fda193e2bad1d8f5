using System.Buffers.Binary;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Socks;

/// <summary>Every recorded SOCKS exchange, reproduced as the client and served as the far end.</summary>
public sealed class SocksRecordingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Connects => new()
    {
        { "socks5-connect", "127.0.0.1" },
        { "socks5-connect-auth", "127.0.0.1" },
        { "socks5-connect-domain", "localhost" },
        { "socks4-connect", "127.0.0.1" },
        { "socks4a-connect-domain", "localhost" },
    };

    [Theory]
    [MemberData(nameof(Connects))]
    public async Task Connect_AsTheClient_SendsTheSameBytesAndUnderstandsTheAnswer(string name, string host)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);

        await using var connected = await Connector(parts, name).ConnectAsync(via, SocksParts.Tcp(host, recording.TargetPort), Token);
        foreach (var payload in recording.Payloads)
        {
            await connected.WriteAsync(payload, Token);
        }

        Assert.Equal(recording.FromClient(), Written(via));
        using MemoryStream answer = new();
        await connected.CopyToAsync(answer, Token);
        Assert.Equal(recording.Payloads.SelectMany(static x => x), answer.ToArray());
    }

    [Theory]
    [InlineData("socks5-connect-badauth", FlowLayer.Authentication, FlowError.Unauthenticated)]
    [InlineData("socks5-connect-refused", FlowLayer.Connect, FlowError.Unreachable)]
    public async Task Connect_Refused_SendsTheSameBytesAndSaysWhy(string name, FlowLayer layer, FlowError error)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);

        var refusal = await Assert.ThrowsAsync<FlowException>(
            async () => await Connector(parts, name).ConnectAsync(via, SocksParts.Tcp("127.0.0.1", PortOf(recording)), Token));

        Assert.Equal((layer, error), (refusal.Layer, refusal.Error));
        Assert.Equal(recording.FromClient(), Written(via));
        Assert.True(via.IsDisposed);
    }

    [Fact]
    public async Task Greeting_ByDefault_OffersAndTakesTls()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-connect-default");
        var (greeting, choice) = (recording.FromClient()[..4], recording.FromServer()[..2]);

        // Behind it is TLS, of which every byte is random: each end meets the other's end there.
        FedStream via = new(ends: true, chunks: [choice]);
        await Assert.ThrowsAsync<FlowException>(async () =>
            await SocksParts.Connector(parts.Services, "socks5").ConnectAsync(via, SocksParts.Tcp("127.0.0.1", recording.TargetPort), Token));
        Assert.Equal(greeting, await via.Writes.ReadAsync(Token));
        Assert.Equal("160301", (await via.NextWriteAsync())[..6]);

        FedStream client = new(ends: true, chunks: [greeting]);
        await using var flow = SocksParts.Flow(client);
        await Assert.ThrowsAsync<FlowException>(async () => await SocksParts.Handler(parts.Services, SocksParts.Service("socks5")).HandleAsync(flow, Token));
        Assert.Equal(choice, await client.Writes.ReadAsync(Token));
    }

    [Fact]
    public async Task Tunnel_AsTheClient_SendsTheSameBytesAndUnderstandsTheAnswer()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-udp");
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);

        await using var channel = await Connector(parts, recording.Name).AssociateAsync(via, SocksParts.Udp("127.0.0.1", recording.TargetPort), Token);
        var buffer = new byte[100];
        foreach (var payload in recording.Payloads)
        {
            await channel.SendAsync(payload, null, Token);
            var answer = await channel.ReceiveAsync(buffer, Token);
            Assert.Equal(payload, buffer[..(answer?.Length ?? 0)]);
            Assert.Equal(SocksParts.Udp("127.0.0.1", recording.TargetPort), answer?.From);
        }

        Assert.Equal(recording.FromClient(), Written(via));
        Assert.Null(await channel.ReceiveAsync(buffer, Token));
    }

    [Fact]
    public async Task Tunnel_Disabled_SaysWhatMendsIt()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-udp-disabled");
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);

        var refusal = await Assert.ThrowsAsync<FlowException>(
            async () => await Connector(parts, recording.Name).AssociateAsync(via, SocksParts.Udp("127.0.0.1", recording.TargetPort), Token));

        Assert.Equal((FlowLayer.Associate, FlowError.Unsupported), (refusal.Layer, refusal.Error));
        Assert.Equal("UDP is disabled at the far end: add udp=true", refusal.Message);
        Assert.Equal(recording.FromClient(), Written(via));
    }

    [Fact]
    public async Task Associate_AsTheClient_SendsTheSameBytesAndEndsWithTheControlConnection()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-udp-associate");
        FedStream via = new(ends: false, chunks: [recording.FromServer()]);

        await using var channel = await SocksParts.Connector(parts.Services, "socks5", null, ("notls", true), ("relay", "udp"))
            .AssociateAsync(via, SocksParts.Udp("127.0.0.1", recording.TargetPort), Token);
        var waiting = channel.WaitToReceiveAsync(Token).AsTask();
        via.FeedEnd();

        Assert.False(await waiting);
        Assert.Equal(recording.FromClient(), Written(via));
    }

    [Theory]
    [MemberData(nameof(Connects))]
    public async Task Connect_AsTheFarEnd_AnswersTheSameBytes(string name, string host)
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        var recording = Recording.Load(name);
        FedStream client = new(ends: true, chunks: [WithPort(recording, target.Port)]);
        await using var flow = SocksParts.Flow(client);

        await Handler(parts, name).HandleAsync(flow, Token);

        Assert.Equal(recording.FromServer(), Written(client));
        Assert.Equal($"{host}:{target.Port}", flow.Counters.Target);
        Assert.True(client.Completed.IsCompleted);
    }

    [Fact]
    public async Task Connect_BadAuth_AnswersTheSameBytes()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-connect-badauth");
        FedStream client = new(ends: true, chunks: [recording.FromClient()]);
        await using var flow = SocksParts.Flow(client);

        var refusal = await Assert.ThrowsAsync<FlowException>(
            async () => await SocksParts.Handler(parts.Services, SocksParts.Service("socks5", SocksParts.User, ("notls", true))).HandleAsync(flow, Token));

        Assert.Equal((FlowLayer.Authentication, FlowError.Unauthenticated), (refusal.Layer, refusal.Error));
        Assert.Equal(recording.FromServer(), Written(client));
    }

    [Fact]
    public async Task Connect_RefusedTarget_AnswersTheReasonWhereGostSaysUnreachable()
    {
        await using EngineParts parts = new();
        using ClosedPort closed = new();
        var recording = Recording.Load("socks5-connect-refused");
        var request = recording.FromClient();
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(request.Length - 2), (ushort)closed.Port);
        FedStream client = new(ends: true, chunks: [request]);
        await using var flow = SocksParts.Flow(client);

        await Assert.ThrowsAsync<FlowException>(async () => await Handler(parts, recording.Name).HandleAsync(flow, Token));

        var expected = recording.FromServer();
        expected[3] = 5;
        Assert.Equal(expected, Written(client));
    }

    [Fact]
    public async Task Tunnel_AsTheFarEnd_AnswersTheSameDatagrams()
    {
        await using EngineParts parts = new();
        await using EchoTarget target = new();
        var recording = Recording.Load("socks5-udp");
        FedStream client = new(ends: false, chunks: [WithPort(recording, target.EndPoint.Port)]);
        await using var flow = SocksParts.Flow(client);
        var serving = SocksParts.Handler(parts.Services, SocksParts.Service("socks5", null, ("notls", true), ("udp", true))).HandleAsync(flow, Token).AsTask();

        // The choice, the reply, whose address is of no use, then the datagrams.
        Assert.Equal("0500", await client.NextWriteAsync());
        Assert.StartsWith("050000", await client.NextWriteAsync());
        var datagrams = WithPort(recording, target.EndPoint.Port)[13..];
        Assert.Equal(Convert.ToHexStringLower(datagrams), await client.NextWriteAsync() + await client.NextWriteAsync());
        client.FeedEnd();
        await serving;
    }

    [Fact]
    public async Task Tunnel_Disabled_AnswersTheSameBytes()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-udp-disabled");
        FedStream client = new(ends: true, chunks: [recording.FromClient()]);
        await using var flow = SocksParts.Flow(client);

        var refusal = await Assert.ThrowsAsync<FlowException>(async () => await Handler(parts, recording.Name).HandleAsync(flow, Token));

        Assert.Equal((FlowLayer.Associate, FlowError.NotPermitted), (refusal.Layer, refusal.Error));
        Assert.Equal(recording.FromServer(), Written(client));
    }

    [Fact]
    public async Task Associate_AsTheFarEnd_AnswersWithItsAddress()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("socks5-udp-associate");
        FedStream client = new(ends: true, chunks: [recording.FromClient()]);
        await using var flow = SocksParts.Flow(client);

        await SocksParts.Handler(parts.Services, SocksParts.Service("socks5", null, ("notls", true), ("udp", true))).HandleAsync(flow, Token);

        var (expected, written) = (recording.FromServer(), Written(client));
        Assert.Equal(expected.Length, written.Length);
        Assert.Equal(expected[..^2], written[..^2]);
    }

    private static IConnector Connector(EngineParts parts, string name) => name.StartsWith("socks4", StringComparison.Ordinal)
        ? SocksParts.Connector(parts.Services, name.Split('-')[0])
        : SocksParts.Connector(parts.Services, "socks5", AuthOf(name), ("notls", true));

    private static AuthConfig? AuthOf(string name) =>
        name.EndsWith("badauth", StringComparison.Ordinal) ? SocksParts.User with { Password = "x" } : name.EndsWith("auth", StringComparison.Ordinal) ? SocksParts.User : null;

    private static IHandler Handler(EngineParts parts, string name) => name.StartsWith("socks4", StringComparison.Ordinal)
        ? SocksParts.Handler(parts.Services, SocksParts.Service(name.Split('-')[0]))
        : SocksParts.Handler(parts.Services, SocksParts.Service("socks5", AuthOf(name), ("notls", true)));

    // Nobody listened at port 1.
    private static int PortOf(Recording recording) => recording.Name.EndsWith("refused", StringComparison.Ordinal) ? 1 : recording.TargetPort;

    /// <summary>What the client sent, to another target.</summary>
    private static byte[] WithPort(Recording recording, int port)
    {
        var bytes = recording.FromClient();
        for (var i = 0; i + 1 < bytes.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i)) == recording.TargetPort)
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i), (ushort)port);
            }
        }

        return bytes;
    }

    private static byte[] Written(FedStream stream)
    {
        List<byte> bytes = [];
        while (stream.Writes.TryRead(out var chunk))
        {
            bytes.AddRange(chunk);
        }

        return [.. bytes];
    }
}

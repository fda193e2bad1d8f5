using System.Buffers.Binary;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Http;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Tests.Protocols.Udp;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Protocols.Http;

/// <summary>Every recorded exchange of the HTTP proxy, decoded as the far end and reproduced as the client.</summary>
[BothLanes]
public sealed class HttpRecordingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> All => [.. Recording.Names("http-")];

    [Theory]
    [MemberData(nameof(All))]
    public void Request_Recorded_IsDecodedAndReproduced(string name)
    {
        var recording = Recording.Load(name);
        var head = HeadOf(recording.FromClient());
        var request = HttpHeadParser.ParseRequest(head);
        var destination = HttpDestination.Of(request);
        var port = name.EndsWith("refused", StringComparison.Ordinal) ? 1 : recording.TargetPort;

        Assert.True(request.IsConnect);
        Assert.Equal(new Target(TargetNetwork.Tcp, "127.0.0.1", port), destination.TargetFor(TargetNetwork.Tcp));
        Assert.Equal(name == "http-udp" ? "udp" : null, request.Fields.First("X-Gost-Protocol"));
        Assert.Equal(name == "http-connect-auth" ? ("u", "p") : ("", ""), HttpCredentials.Read(request.Fields.First("Proxy-Authorization")));
        Assert.Equal(head, HttpConnector.Request(
            new Target(TargetNetwork.Tcp, "127.0.0.1", port), name == "http-udp", new HttpConnectorOptions(default, new HttpFields(), AuthorizationIn(name))));
    }

    [Theory]
    [InlineData("http-connect")]
    [InlineData("http-connect-auth")]
    public async Task Connect_AsTheClient_SendsTheSameBytesAndLosesNone(string name)
    {
        await using EngineParts parts = new();
        var recording = Recording.Load(name);

        // The answer and the first bytes of the tunnel may come in one piece.
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);
        await using var connected = await Connector(parts, name).ConnectAsync(via, TargetOf(recording, TargetNetwork.Tcp), Token);
        foreach (var payload in recording.Payloads)
        {
            await connected.WriteAsync(payload, Token);
        }

        List<byte> sent = [];
        while (via.Writes.TryRead(out var write))
        {
            sent.AddRange(write);
        }

        var received = new byte[100];
        Assert.Equal(recording.FromClient(), sent);
        var count = await connected.ReadAtLeastAsync(received, received.Length, throwOnEndOfStream: false, Token);
        Assert.Equal([.. recording.Payloads.SelectMany(static x => x)], received[..count]);
    }

    [Fact]
    public async Task Connect_RefusedAsRecorded_IsAFaultOfTheTarget()
    {
        await using EngineParts parts = new();
        FedStream via = new(ends: true, chunks: [Recording.Load("http-connect-refused").FromServer()]);

        var refusal = await Assert.ThrowsAsync<FlowException>(
            () => Connector(parts, "").ConnectAsync(via, new Target(TargetNetwork.Tcp, "127.0.0.1", 1), Token).AsTask());

        Assert.Equal((FlowLayer.Connect, "n"), (refusal.Layer, refusal.Node));
        Assert.Contains("503 Service Unavailable", refusal.Message, StringComparison.Ordinal);
        Assert.True(via.IsDisposed);
    }

    [Fact]
    public async Task Associate_AsTheClient_SendsTheSameBytesAndUnderstandsTheAnswers()
    {
        await using EngineParts parts = new();
        var recording = Recording.Load("http-udp");
        FedStream via = new(ends: true, chunks: [recording.FromServer()]);
        await using var channel = await Connector(parts, "").AssociateAsync(via, TargetOf(recording, TargetNetwork.Udp), Token);
        List<byte> sent = [.. await via.Writes.ReadAsync(Token)];
        var buffer = new byte[100];
        foreach (var payload in recording.Payloads)
        {
            await channel.SendAsync(payload, null, Token);
            sent.AddRange(await via.Writes.ReadAsync(Token));
            var answer = await channel.ReceiveAsync(buffer, Token);
            Assert.Equal(payload, buffer[..(answer?.Length ?? 0)]);
            Assert.Equal(TargetOf(recording, TargetNetwork.Udp), answer?.From);
        }

        Assert.Equal(recording.FromClient(), sent);
    }

    [Theory]
    [InlineData("http-connect")]
    [InlineData("http-connect-auth")]
    [InlineData("http-connect-refused")]
    public async Task Connect_AsTheFarEnd_AnswersWithTheSameBytes(string name)
    {
        await using EngineParts parts = new();
        await using var target = TcpTarget.Echo();
        using ClosedPort closed = new();
        var recording = Recording.Load(name);
        var isRefused = name.EndsWith("refused", StringComparison.Ordinal);
        await using var service = await StartAsync(parts, AuthorizationIn(name) is null ? null : new AuthConfig { Username = "u", Password = "p" });
        var request = Encoding.Latin1.GetString(HeadOf(recording.FromClient())).Replace(
            $"127.0.0.1:{(isRefused ? 1 : recording.TargetPort)}", isRefused ? closed.Address : target.Address, StringComparison.Ordinal);

        var received = await ExchangeAsync(
            service, [.. Encoding.Latin1.GetBytes(request), .. isRefused ? [] : recording.Payloads.SelectMany(static x => x)], recording.FromServer().Length);

        Assert.Equal(recording.FromServer(), received);
        if (isRefused)
        {
            Assert.Equal(FlowLayer.Dial, (await service.Failures.ReadAsync(Token)).Layer);
        }
    }

    [Fact]
    public async Task Associate_AsTheFarEnd_AnswersWithTheSameBytes()
    {
        await using EngineParts parts = new();
        await using EchoTarget target = new();
        var recording = Recording.Load("http-udp");
        await using var service = await StartAsync(parts, null, ("udp", true));

        var received = await ExchangeAsync(
            service, WithPort(recording.FromClient(), recording.TargetPort, target.EndPoint.Port), recording.FromServer().Length);

        Assert.Equal(WithPort(recording.FromServer(), recording.TargetPort, target.EndPoint.Port), received);
    }

    private static byte[] HeadOf(byte[] bytes) => bytes[..(bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4)];

    private static string? AuthorizationIn(string name) => name == "http-connect-auth" ? HttpCredentials.Write("u", "p") : null;

    private static Target TargetOf(Recording recording, TargetNetwork network) => new(network, "127.0.0.1", recording.TargetPort);

    /// <summary>The bytes with another port in the addresses of datagrams, and in the head.</summary>
    private static byte[] WithPort(byte[] bytes, int port, int other)
    {
        var head = HeadOf(bytes);
        var frames = bytes[head.Length..];
        var (from, to) = (new byte[2], new byte[2]);
        BinaryPrimitives.WriteUInt16BigEndian(from, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)other);
        for (var at = 0; at < frames.Length; at += 10 + BinaryPrimitives.ReadUInt16BigEndian(frames.AsSpan(at)))
        {
            Assert.Equal(from, frames[(at + 8)..(at + 10)]);
            to.CopyTo(frames, at + 8);
        }

        return [.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(head).Replace($":{port}", $":{other}", StringComparison.Ordinal)), .. frames];
    }

    private static IConnector Connector(EngineParts parts, string name) => parts.Services.Catalog.Connectors["http"](new ConnectorBuildContext(
        new NodeConfig { Name = "n" },
        new ConnectorConfig { Type = "http", Auth = AuthorizationIn(name) is null ? null : new AuthConfig { Username = "u", Password = "p" } },
        new MetadataReader(ConfigMap<object?>.Empty, "/connector/metadata"),
        parts.Services));

    private static Task<StreamService> StartAsync(EngineParts parts, AuthConfig? auth, params (string Key, object? Value)[] metadata) =>
        StreamService.StartAsync(parts.Services, 0, new ServiceConfig
        {
            Name = "s",
            Addr = "127.0.0.1:0",
            Handler = new HandlerConfig { Type = "http", Auth = auth, Metadata = ProxyEngine.Map(metadata) },
        });

    private static async Task<byte[]> ExchangeAsync(StreamService service, byte[] request, int length)
    {
        using var socket = await LoopbackClient.ConnectAsync(service.Port, Token);
        await socket.SendAsync(request, Token);
        var received = new byte[length];
        var have = 0;
        int count;
        while (have < length && (count = await socket.ReceiveAsync(received.AsMemory(have), Token)) > 0)
        {
            have += count;
        }

        return received[..have];
    }
}

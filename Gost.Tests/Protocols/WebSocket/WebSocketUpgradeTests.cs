using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.WebSocket;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

public sealed class WebSocketUpgradeTests
{
    // The key and its answer are those of RFC 6455 section 1.3.
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    private const string Request =
        "GET /ws HTTP/1.1\r\nHost: h:1\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + Key
        + "\r\nSec-WebSocket-Version: 13\r\nUpgrade: WebSocket\r\n\r\n";

    private const string Response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + Accept + "\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Refused => new()
    {
        { "GET /ws ", "GET / ", "404 Not Found" },
        { "GET /ws ", "GET /ws/ ", "404 Not Found" },
        { "GET /ws ", "GET /WS ", "404 Not Found" },
        { "GET /ws ", "POST /ws ", "405 Method Not Allowed" },
        { "HTTP/1.1", "HTTP/1.0", "400 Bad Request" },
        { "HTTP/1.1", "SPAM", "400 Bad Request" },
        { "keep-alive, Upgrade", "keep-alive", "400 Bad Request" },
        { "WebSocket\r\n", "h2c\r\n", "400 Bad Request" },
        { "Version: 13", "Version: 8", "400 Bad Request" },
        { Key, "c2hvcnQ=", "400 Bad Request" },
        { Key, "***", "400 Bad Request" },
        { "Host: h:1", " folded", "400 Bad Request" },
        { "Host: h:1", ": no name", "400 Bad Request" },
        { "Host: h:1", "no colon", "400 Bad Request" },
        { "Host: h:1", "A: b\nc", "400 Bad Request" },
    };

    [Fact]
    public async Task Server_RequestOfAnyClient_IsAnsweredWithTheKeysAnswer()
    {
        var raw = await AcceptAsync(Request.Replace("/ws", "/w%73?x=1", StringComparison.Ordinal));

        Assert.Equal(Response + "\r\n", await NextTextAsync(raw));
    }

    [Fact]
    public async Task Server_AnnouncedHalfClose_AnnouncesItToo()
    {
        var raw = await AcceptAsync(Request.Replace("Host", "gost-half-close: 1\r\nHost", StringComparison.Ordinal), ("header", Map(("X-A", "b"))));

        Assert.Equal(Response + "X-A: b\r\nGost-Half-Close: 1\r\n\r\n", await NextTextAsync(raw));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Server_RequestThatIsNoUpgrade_IsRefused(string part, string instead, string status)
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: false, Encoding.ASCII.GetBytes(Request.Replace(part, instead, StringComparison.Ordinal)));
        WebSocketServerTransport transport = new(Options(), false, null, parts.Services);

        var refused = await Assert.ThrowsAsync<FlowException>(async () => await transport.AcceptAsync(raw, Token));

        Assert.Equal((FlowLayer.Handshake, FlowError.Refused), (refused.Layer, refused.Error));
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", await NextTextAsync(raw));
        Assert.True(raw.Completed.IsCompleted);
        Assert.True(raw.IsDisposed);
    }

    [Theory]
    [InlineData(101, 10)]
    [InlineData(2, 40_000)]
    public async Task Server_RequestThatIsTooLong_IsRefused(int headers, int length)
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: false, Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\n"));
        for (var i = 0; i < headers; i++)
        {
            raw.Feed(Encoding.ASCII.GetBytes($"A{i}: {new string('x', length)}\r\n"));
        }

        raw.Feed("0d0a");
        WebSocketServerTransport transport = new(Options(), false, null, parts.Services);

        await Assert.ThrowsAsync<FlowException>(async () => await transport.AcceptAsync(raw, Token));

        Assert.StartsWith("HTTP/1.1 431 ", await NextTextAsync(raw));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Real-Ip: 192.0.2.9", "192.0.2.1:0")]
    [InlineData("X-Forwarded-For: 192.0.2.1\r\nCF-Connecting-IP: 2001:db8::1", "[2001:db8::1]:0")]
    [InlineData("X-Real-Ip: 192.0.2.1:99", "192.0.2.1:99")]
    [InlineData("X-Real-Ip: unknown", null)]
    [InlineData("X-Other: 192.0.2.1", null)]
    public async Task Server_ForwardingHeaders_NameTheClientOnlyWhereTheyAreTrusted(string headers, string? client)
    {
        await using EngineParts parts = new();
        var request = Encoding.ASCII.GetBytes(Request.Replace("Host: h:1", headers, StringComparison.Ordinal));
        foreach (var trusted in new[] { true, false })
        {
            FedStream raw = new(ends: false, request);
            var accepted = await new WebSocketServerTransport(Options(), trusted, null, parts.Services).AcceptAsync(raw, Token);
            await accepted.Stream.DisposeAsync();

            Assert.Equal(trusted && client is not null ? IPEndPoint.Parse(client) : null, accepted.Client);
        }
    }

    [Fact]
    public async Task Client_WithOptions_SendsHostPathAndHeadersAsGoWould()
    {
        var (raw, stream) = await ConnectAsync(
            Response, "h.example", ("path", "a b"), ("header", Map(("User-Agent", "curl/8"), ("X-Z", "1"), ("Authorization", "Basic x"))));
        await stream.DisposeAsync();

        Assert.Equal(
            "GET /a%20b HTTP/1.1\r\nHost: h.example\r\nUser-Agent: curl/8\r\nAuthorization: Basic x\r\nConnection: Upgrade\r\nGost-Half-Close: 1\r\n"
            + $"Sec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nX-Z: 1\r\n\r\n",
            await NextTextAsync(raw));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\n", FlowError.Refused, "404")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nUpgrade: websocket\r\n", FlowError.Refused, "403")]
    [InlineData("SSH-2.0-x\r\n", FlowError.Failed, "HTTP")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", FlowError.Failed, "does not belong")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + Accept + "\r\n", FlowError.Failed, "does not belong")]
    [InlineData(Response + "Sec-WebSocket-Extensions: permessage-deflate\r\n", FlowError.Failed, "extension")]
    public async Task Client_AnswerThatIsNoUpgrade_FailsTheHandshake(string answer, FlowError error, string reason)
    {
        var failed = await Assert.ThrowsAsync<FlowException>(() => ConnectAsync(answer));

        Assert.Equal((FlowLayer.Handshake, error), (failed.Layer, failed.Error));
        Assert.Contains(reason, failed.Message);
    }

    [Fact]
    public async Task Client_NoAnswer_FailsTheHandshake()
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: true);

        var failed = await Assert.ThrowsAsync<FlowException>(() => ConnectAsync(raw, parts, "h"));

        Assert.Equal(FlowLayer.Handshake, failed.Layer);
        Assert.True(raw.IsDisposed);
    }

    [Fact]
    public async Task Client_BytesBehindTheAnswer_AreTheStream()
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: false, [.. Encoding.ASCII.GetBytes(Response + "\r\n"), .. "\u0082\u0005hello".Select(static x => (byte)x)]);
        await using var stream = await ConnectAsync(raw, parts, "h");
        var buffer = new byte[1000];

        Assert.Equal(5, await stream.ReadAsync(buffer, Token));
        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, 5));
    }

    private static async Task<FedStream> AcceptAsync(string request, params (string Key, object? Value)[] options)
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: false, Encoding.ASCII.GetBytes(request));
        var accepted = await new WebSocketServerTransport(Options(options), false, null, parts.Services).AcceptAsync(raw, Token);
        await accepted.Stream.DisposeAsync();
        return raw;
    }

    private static async Task<(FedStream Raw, DuplexStream Stream)> ConnectAsync(
        string answer, string host = "h", params (string Key, object? Value)[] options)
    {
        await using EngineParts parts = new();
        FedStream raw = new(ends: false, Encoding.ASCII.GetBytes(answer + "\r\n"));
        return (raw, await ConnectAsync(raw, parts, host, options));
    }

    private static async Task<DuplexStream> ConnectAsync(FedStream raw, EngineParts parts, string host, params (string Key, object? Value)[] options)
    {
        WebSocketClientTransport transport = new(
            Options(options), host, TimeSpan.Zero, null, static x => Convert.FromBase64String(Key).AsSpan(0, x.Length).CopyTo(x), parts.Services);
        return await transport.ConnectAsync(
            raw, new NodeContext(new Target(TargetNetwork.Tcp, "node", 1), true, _ => new(raw), null!, null!, null), Token);
    }

    private static UpgradeOptions Options(params (string Key, object? Value)[] options) => UpgradeOptions.Bind(new MetadataReader(Map(options), ""));

    private static ConfigMap<object?> Map(params (string Key, object? Value)[] items) =>
        new(items.Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    private static async Task<string> NextTextAsync(FedStream raw) => Encoding.ASCII.GetString(await raw.Writes.ReadAsync(Token));
}

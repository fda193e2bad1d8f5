using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Shadowsocks;

public sealed class ShadowsocksStreamTests : IDisposable
{
    private readonly BufferPool _buffers = new();

    public static TheoryData<string> Methods => [.. ShadowsocksParts.Methods];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Equal(0, _buffers.Outstanding);

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Transfer_BothWaysOverSockets_LosesNothing(string method)
    {
        const long Length = 20_000_003;
        using var sockets = await SocketPair.CreateAsync(Token);
        await using var client = Open(new SocketDuplexStream(sockets.Far), method);
        await using var server = Open(new SocketDuplexStream(sockets.Near), method);

        var up = RandomBytes.ReceiveAsync(x => server.ReadAsync(x, Token));
        var down = RandomBytes.ReceiveAsync(x => client.ReadAsync(x[..10_000], Token));
        var sent = await Task.WhenAll(SendAsync(client, 1), SendAsync(server, 2));

        Assert.Equal((Length, sent[0]), await up);
        Assert.Equal((Length, sent[1]), await down);

        static async Task<string> SendAsync(ShadowsocksStream stream, int seed)
        {
            var hash = await RandomBytes.SendAsync(x => stream.WriteAsync(x, Token), Length, seed);
            await stream.CompleteWritesAsync(Token);
            return hash;
        }
    }

    [Fact]
    public async Task Write_OfSeveralChunks_GoesOutInOneWrite()
    {
        FedStream inner = new();
        await using var stream = Open(inner, "aes-256-gcm");

        await stream.WriteAsync(new byte[4 * ChunkSealer.MaxPayload], Token);

        Assert.Equal(32 + (4 * (2 + 16 + ChunkSealer.MaxPayload + 16)), (await inner.Writes.ReadAsync(Token)).Length);
        Assert.False(inner.Writes.TryRead(out _));
    }

    [Fact]
    public async Task Read_OfNothing_WaitsWithoutABufferAndLeavesTheData()
    {
        var sealedBytes = await SealAsync("aes-128-gcm", "hello"u8.ToArray());
        FedStream inner = new();
        await using var stream = Open(inner, "aes-128-gcm");

        var waiting = stream.ReadAsync(Memory<byte>.Empty, Token);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, _buffers.Outstanding);
        inner.Feed(sealedBytes);

        Assert.Equal(0, await waiting);
        var buffer = new byte[3];
        Assert.Equal(3, await stream.ReadAsync(buffer, Token));
        Assert.Equal("hel"u8.ToArray(), buffer);
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, Token));
        Assert.Equal(2, await stream.ReadAsync(buffer, Token));
        inner.FeedEnd();
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Stream_CutAnywhereButBetweenChunks_IsAFault(string method)
    {
        var whole = await SealAsync(method, "hello"u8.ToArray());
        var salt = ShadowsocksMethod.Find(method)!.SaltSize; // a known one
        for (var length = 0; length <= whole.Length; length++)
        {
            await using var stream = Open(new FedStream(ends: true, chunks: whole[..length]), method);
            if (length == 0 || length == salt || length == whole.Length)
            {
                Assert.Equal(length == whole.Length ? 5 : 0, (await ShadowsocksParts.ReadToEndAsync(stream, Token)).Length);
            }
            else
            {
                var fault = await Assert.ThrowsAsync<ShadowsocksFault>(() => ShadowsocksParts.ReadToEndAsync(stream, Token));
                Assert.Contains("cut", fault.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Stream_ChangedOnItsWay_IsAFaultBehindWhatWasAuthentic()
    {
        FedStream sink = new();
        await using var writer = Open(sink, "chacha20-ietf-poly1305");
        await writer.WriteAsync("first"u8.ToArray(), Token);
        await writer.WriteAsync("second"u8.ToArray(), Token);
        byte[] bytes = [.. await sink.Writes.ReadAsync(Token), .. await sink.Writes.ReadAsync(Token)];
        bytes[^20] ^= 1;
        await using var stream = Open(new FedStream(ends: true, chunks: bytes), "chacha20-ietf-poly1305");
        var buffer = new byte[5];

        Assert.Equal(5, await stream.ReadAsync(buffer, Token));
        Assert.Equal("first"u8.ToArray(), buffer);
        await Assert.ThrowsAsync<ShadowsocksFault>(() => stream.ReadAsync(buffer, Token).AsTask());
    }

    [Theory]
    [InlineData("4000")]
    [InlineData("ffff")]
    public async Task Chunk_LongerThanAllowed_IsAFaultBeforeAnythingIsRented(string length)
    {
        await using var stream = Open(new FedStream(chunks: Convert.FromHexString(new string('0', 32) + length)), "none");

        var fault = await Assert.ThrowsAsync<ShadowsocksFault>(() => stream.ReadAsync(new byte[1], Token).AsTask());
        Assert.Contains("at most 16383", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunk_OfNothing_IsSkipped()
    {
        await using var stream = Open(new FedStream(ends: true, chunks: Convert.FromHexString(new string('0', 32) + "0000" + "0001" + "61" + "0000")), "none");

        Assert.Equal("a"u8.ToArray(), await ShadowsocksParts.ReadToEndAsync(stream, Token));
    }

    [Fact]
    public async Task Client_FarEndWithAnotherPassword_SaysSoAtTheFirstRead()
    {
        await using EngineParts parts = new();
        var answer = await SealAsync("aes-256-gcm", "hello"u8.ToArray(), "other");
        Target target = new(TargetNetwork.Tcp, "127.0.0.1", 80);
        await using var stream = await ShadowsocksParts.Client(parts.Services, "aes-256-gcm").OpenAsync(new FedStream(chunks: answer), target);

        var fault = await Assert.ThrowsAsync<FlowException>(() => stream.ReadAsync(new byte[1], Token).AsTask());

        Assert.Equal((FlowLayer.Handshake, "n"), (fault.Layer, fault.Node));
        Assert.Contains("another method or password", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WithoutData_SendsTheHeaderAlone_AndWithTheEnd()
    {
        await using EngineParts parts = new();
        Target target = new(TargetNetwork.Tcp, "127.0.0.1", 80);
        var (waiting, ending) = (new FedStream(), new FedStream());
        await using var first = await ShadowsocksParts.Client(parts.Services, "aes-256-gcm").OpenAsync(waiting, target);
        await using var second = await ShadowsocksParts.Client(parts.Services, "aes-256-gcm").OpenAsync(ending, target);

        await second.CompleteWritesAsync(Token);

        await ending.Completed;
        Assert.Equal(32 + 2 + 16 + 7 + 16, (await ending.Writes.ReadAsync(Token)).Length);
        Assert.Equal(32 + 2 + 16 + 7 + 16, (await waiting.Writes.ReadAsync(Token)).Length);
    }

    [Fact]
    public async Task Dispose_WhileAReadIsPending_EndsItAndKeepsWhatWasWritten()
    {
        using var sockets = await SocketPair.CreateAsync(Token);
        await using var far = Open(new SocketDuplexStream(sockets.Near), "aes-128-gcm");
        await using (var near = Open(new SocketDuplexStream(sockets.Far), "aes-128-gcm"))
        {
            await near.WriteAsync("hello"u8.ToArray(), Token);
            var pending = near.ReadAsync(new byte[1], Token).AsTask();
            await near.DisposeAsync();
            Assert.Equal(0, await pending);
            await Assert.ThrowsAsync<ObjectDisposedException>(() => near.ReadAsync(new byte[1], Token).AsTask());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => near.WriteAsync(new byte[1], Token).AsTask());
        }

        Assert.Equal("hello"u8.ToArray(), await ShadowsocksParts.ReadToEndAsync(far, Token));
    }

    private ShadowsocksStream Open(DuplexStream inner, string method, string password = ShadowsocksParts.Password) =>
        new(inner, ShadowsocksParts.Key(method, password), null, new SaltFilter(), _buffers);

    private async Task<byte[]> SealAsync(string method, byte[] payload, string password = ShadowsocksParts.Password)
    {
        FedStream sink = new();
        await using var stream = Open(sink, method, password);
        await stream.WriteAsync(payload, Token);
        return await sink.Writes.ReadAsync(Token);
    }
}

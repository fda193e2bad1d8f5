using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.WebSocket;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary>Two ends of one WebSocket.</summary>
public sealed class WebSocketTransferTests
{
    private const long Length = 20_000_003;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_BothWaysOverSockets_LosesNothing()
    {
        BufferPool buffers = new();
        using (var sockets = await SocketPair.CreateAsync(Token))
        {
            await using var client = Open(new SocketDuplexStream(sockets.Far), Random.Shared.NextBytes, buffers);
            await using var server = Open(new SocketDuplexStream(sockets.Near), null, buffers);

            var up = RandomBytes.ReceiveAsync(x => server.ReadAsync(x, Token));
            var down = RandomBytes.ReceiveAsync(x => client.ReadAsync(x, Token));
            var sent = await Task.WhenAll(SendAsync(client, 1), SendAsync(server, 2));

            Assert.Equal((Length, sent[0]), await up);
            Assert.Equal((Length, sent[1]), await down);
        }

        Assert.Equal(0, buffers.Outstanding);
    }

    [Fact]
    public async Task Ping_WhileAWriteIsStuck_HoldsUpNoReadAndIsAnsweredLater()
    {
        BufferPool buffers = new();
        using var sockets = await SocketPair.CreateAsync(Token);
        await using var server = Open(new SocketDuplexStream(sockets.Near), null, buffers);
        var writing = server.WriteAsync(new byte[16 * 1024 * 1024], Token).AsTask();

        await sockets.Far.SendAsync(Convert.FromHexString("898800000000" + "70696e67706f6e67" + "828100000000" + "78"), Token);
        Assert.Equal(1, await server.ReadAsync(new byte[1000], Token));
        Assert.False(writing.IsCompleted);

        var tail = new byte[64 * 1024];
        var kept = 0;
        while (tail.AsSpan(0, kept).IndexOf("\u008a\u0008pingpong".Select(static x => (byte)x).ToArray()) < 0)
        {
            var overlap = Math.Min(kept, 20);
            tail.AsSpan(kept - overlap, overlap).CopyTo(tail);
            kept = overlap + await sockets.Far.ReceiveAsync(tail.AsMemory(overlap), Token);
        }

        sockets.Far.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => writing);
    }

    [Fact]
    public async Task Transfer_OfManyMessages_AllocatesNothing()
    {
        OptimizedBuild.Require();
        BufferPool buffers = new();
        EchoedStream loop = new();
        await using var client = Open(loop, static x => x.Fill(0x5a), buffers);
        await using var server = Open(loop, null, buffers);
        var payload = new byte[8000];
        var buffer = new byte[BufferPool.StreamBufferSize];
        Exchange(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int messages)
        {
            for (var i = 0; i < messages; i++)
            {
                // Everything completes at once. The asserts and the test's token would allocate.
                client.WriteAsync(payload, CancellationToken.None).GetAwaiter().GetResult();
                var waited = server.ReadAsync(Memory<byte>.Empty, CancellationToken.None).GetAwaiter().GetResult();
                var count = server.ReadAsync(buffer, CancellationToken.None).GetAwaiter().GetResult();
                if (waited != 0 || count != payload.Length)
                {
                    throw new InvalidOperationException($"read {waited} and {count} bytes");
                }
            }
        }
    }

    private static WebSocketStream Open(DuplexStream raw, RandomFill? masks, BufferPool buffers) =>
        new(raw, new WebSocketStreamOptions(masks, HalfCloses: true, TimeSpan.FromSeconds(1), TimeSpan.Zero), buffers, TimeProvider.System, default);

    private static async Task<string> SendAsync(WebSocketStream to, int seed)
    {
        var hash = await RandomBytes.SendAsync(x => to.WriteAsync(x, Token), Length, seed);
        await to.CompleteWritesAsync(Token);
        return hash;
    }
}

using System.Text;
using Gost.Engine.Net;
using Gost.Engine.Protocols.WebSocket;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary>One end of a WebSocket against bytes written by hand. The masks of these clients are zero, so that frames can be read.</summary>
public sealed class WebSocketStreamTests
{
    private const string Mask = "00000000";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private readonly FedStream _raw = new();
    private readonly BufferPool _buffers = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_EachOne_IsOneMessageInOneWrite()
    {
        await using var server = Server();
        await using var client = Client();

        await server.WriteAsync("hello"u8.ToArray(), Token);
        await client.WriteAsync("hello"u8.ToArray(), Token);
        await client.WriteAsync(ReadOnlyMemory<byte>.Empty, Token);
        await server.WriteAsync("x"u8.ToArray(), Token);

        Assert.Equal("820568656c6c6f", await _raw.NextWriteAsync());
        Assert.Equal("8285" + Mask + "68656c6c6f", await _raw.NextWriteAsync());
        Assert.Equal("820178", await _raw.NextWriteAsync());
    }

    [Fact]
    public async Task Write_LongerThanAMessage_IsSeveralThatFitABuffer()
    {
        await using var server = Server();
        var payload = new byte[100_000];
        new Random(1).NextBytes(payload);

        await server.WriteAsync(payload, Token);

        FrameDecoder decoder = new(masked: false);
        List<byte> decoded = [];
        while (_raw.Writes.TryRead(out var frame))
        {
            Assert.True(frame.Length <= 64 * 1024);
            var output = new byte[frame.Length];
            decoded.AddRange(output.AsSpan(0, decoder.Decode(frame, output, out _)));
        }

        Assert.Equal(payload, decoded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task Read_BuffersOfAnySize_GivesTheStream(int size)
    {
        await using (var client = Client())
        {
            _raw.Feed("820568656c6c6f8900" + "8203202121");
            _raw.Feed("8200" + "01023f3f8001");
            _raw.Feed("21");
            _raw.FeedEnd();
            var text = "";
            var buffer = new byte[size];
            int count;
            while ((count = await client.ReadAsync(buffer, Token)) > 0)
            {
                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            Assert.Equal("hello !!??!", text);
            Assert.Equal("8a80" + Mask, await _raw.NextWriteAsync());
        }

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Read_EmptyBuffer_WaitsPastPingsAndEmptyMessagesWithoutABuffer()
    {
        await using var client = Client();
        var waiting = client.ReadAsync(Memory<byte>.Empty, Token).AsTask();

        _raw.Feed("890170");
        Assert.Equal("8a81" + Mask + "70", await _raw.NextWriteAsync());
        _raw.Feed("8200");
        await Eventually.TrueAsync("no buffer is held", TimeSpan.FromSeconds(10), () => _buffers.Outstanding == 0, Token);
        Assert.False(waiting.IsCompleted);

        _raw.Feed("820178");
        Assert.Equal(0, await waiting);
        var buffer = new byte[4];
        Assert.Equal(1, await client.ReadAsync(buffer, Token));
        Assert.Equal((byte)'x', buffer[0]);
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Dispose_WhileBytesWait_GivesTheBufferBack()
    {
        var client = Client();
        _raw.Feed("820568656c6c6f");
        Assert.Equal(1, await client.ReadAsync(new byte[1], Token));
        Assert.Equal(1, _buffers.Outstanding);

        await client.DisposeAsync();

        Assert.Equal(0, _buffers.Outstanding);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(client, 1));
    }

    [Fact]
    public async Task CompleteWrites_FarEndHalfCloses_SendsCloseAndReadsOn()
    {
        await using var server = Server(halfCloses: true);

        await server.CompleteWritesAsync(Token);
        await server.CompleteWritesAsync(Token);
        Assert.Equal("880203e8", await _raw.NextWriteAsync());
        await Assert.ThrowsAsync<IOException>(async () => await server.WriteAsync(new byte[1], Token));

        _raw.Feed("8281" + Mask + "78" + "8882" + Mask + "03e8");
        var buffer = new byte[1000];
        Assert.Equal(1, await server.ReadAsync(buffer, Token));
        Assert.Equal(0, await server.ReadAsync(buffer, Token));
        Assert.False(_raw.Completed.IsCompleted);
        Assert.False(_raw.Writes.TryRead(out _));
    }

    [Fact]
    public async Task CompleteWrites_FarEndKnowsNoHalfClose_EndsTheInnerStreamOnceTheAnswerIsQuiet()
    {
        await using var server = Server();
        var buffer = new byte[1000];
        var reading = server.ReadAsync(buffer, Token).AsTask();

        await server.CompleteWritesAsync(Token);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.7));
            _raw.Feed("8281" + Mask + "78");
            Assert.Equal(1, await reading);
            reading = server.ReadAsync(buffer, Token).AsTask();
        }

        _time.Advance(TimeSpan.FromSeconds(0.7));
        Assert.False(_raw.Completed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.4));
        await _raw.Completed.WaitAsync(Token);
        Assert.False(_raw.Writes.TryRead(out _));

        _raw.Feed("8281" + Mask + "79");
        Assert.Equal(1, await reading);
    }

    [Fact]
    public async Task CompleteWrites_FarEndHasEndedWithoutClose_EndsTheInnerStreamAtOnce()
    {
        await using var server = Server();
        _raw.FeedEnd();
        Assert.Equal(0, await server.ReadAsync(new byte[1000], Token));
        await server.WriteAsync("bye"u8.ToArray(), Token);
        Assert.Equal("8203627965", await _raw.NextWriteAsync());

        await server.CompleteWritesAsync(Token);

        Assert.True(_raw.Completed.IsCompleted);
        Assert.False(_raw.Writes.TryRead(out _));
    }

    [Fact]
    public async Task Close_OfAForeignFarEnd_IsAnsweredWhenTheWritingEnds()
    {
        await using var server = Server();
        _raw.Feed("8882" + Mask + "03e8");
        Assert.Equal(0, await server.ReadAsync(Memory<byte>.Empty, Token));
        await server.WriteAsync("bye"u8.ToArray(), Token);
        Assert.Equal("8203627965", await _raw.NextWriteAsync());

        await server.CompleteWritesAsync(Token);

        Assert.Equal("880203e8", await _raw.NextWriteAsync());
        Assert.True(_raw.Completed.IsCompleted);
    }

    [Fact]
    public async Task Close_WithTheCodeOfAFault_FailsTheRead()
    {
        await using var server = Server();
        _raw.Feed("8882" + Mask + "03f3");

        var fault = await Assert.ThrowsAsync<WebSocketFault>(() => ReadAsync(server, 10));

        Assert.Contains("1011", fault.Message);
    }

    [Fact]
    public async Task Read_BrokenProtocol_FailsEachTimeAndTellsTheFarEnd()
    {
        await using var server = Server();
        _raw.Feed("820178");

        await Assert.ThrowsAsync<WebSocketFault>(() => ReadAsync(server, 10));
        await Assert.ThrowsAsync<WebSocketFault>(() => ReadAsync(server, 1000));

        Assert.Equal("880203ea", await _raw.NextWriteAsync());
        Assert.False(_raw.Writes.TryRead(out _));
    }

    [Fact]
    public async Task Read_EndWithinAFrame_IsNoEnd()
    {
        await using var client = Client();
        _raw.Feed("820568");
        _raw.FeedEnd();
        var buffer = new byte[10];

        Assert.Equal(1, await client.ReadAsync(buffer, Token));
        await Assert.ThrowsAsync<WebSocketFault>(() => ReadAsync(client, 10));
    }

    [Fact]
    public async Task Pings_FarEndSilentForAPeriod_AbortTheStream()
    {
        await using var client = Client(Period);
        var buffer = new byte[1000];
        var reading = client.ReadAsync(buffer, Token).AsTask();

        _time.Advance(Period);
        Assert.Equal("8980" + Mask, await _raw.NextWriteAsync());
        _raw.Feed("8a00" + "820178");
        Assert.Equal(1, await reading);
        reading = client.ReadAsync(buffer, Token).AsTask();

        _time.Advance(Period);
        Assert.Equal("8980" + Mask, await _raw.NextWriteAsync());
        Assert.False(_raw.IsDisposed);
        _time.Advance(Period);
        Assert.True(_raw.IsDisposed);
        await reading;
    }

    [Fact]
    public async Task Pings_NobodyReads_LetTheStreamLive()
    {
        await using var client = Client(Period);

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Period);
            Assert.Equal("8980" + Mask, await _raw.NextWriteAsync());
        }

        Assert.False(_raw.IsDisposed);
    }

    private static async Task<int> ReadAsync(WebSocketStream stream, int size) => await stream.ReadAsync(new byte[size], Token);

    private WebSocketStream Server(bool halfCloses = false) =>
        new(_raw, new WebSocketStreamOptions(null, halfCloses, TimeSpan.FromSeconds(1), TimeSpan.Zero), _buffers, _time, default);

    private WebSocketStream Client(TimeSpan pings = default) =>
        new(_raw, new WebSocketStreamOptions(static x => x.Clear(), false, TimeSpan.FromSeconds(1), pings), _buffers, _time, default);
}

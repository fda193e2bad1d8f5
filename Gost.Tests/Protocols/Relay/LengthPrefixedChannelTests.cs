using System.Text;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Relay;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Relay;

public sealed class LengthPrefixedChannelTests
{
    private readonly BufferPool _buffers = new();
    private readonly byte[] _buffer = new byte[65535];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Receive_FramesCutAnywhere_GivesEachDatagram()
    {
        byte[] frames = [0, 2, .. "ab"u8, 0, 0, 0, 3, .. "cde"u8];
        for (var size = 1; size <= frames.Length; size++)
        {
            await using LengthPrefixedChannel channel = new(new FedStream(ends: true, chunks: [.. frames.Chunk(size)]), _buffers);

            Assert.Equal("ab", await ReceiveAsync(channel));
            Assert.Equal("", await ReceiveAsync(channel));
            Assert.Equal("cde", await ReceiveAsync(channel));
            Assert.Null(await ReceiveAsync(channel));
        }

        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Receive_LongestDatagram_IsWhole()
    {
        var payload = new byte[65535];
        new Random(1).NextBytes(payload);
        await using LengthPrefixedChannel channel = new(new FedStream(ends: true, chunks: [[0, 1, 7, 0xff, 0xff], .. payload.Chunk(1000)]), _buffers);

        Assert.Equal(1, (await channel.ReceiveAsync(_buffer, Token))?.Length);
        Assert.Equal(65535, (await channel.ReceiveAsync(_buffer, Token))?.Length);
        Assert.Equal(payload, _buffer);
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Receive_SmallBuffer_CutsTheDatagramOnly()
    {
        await using LengthPrefixedChannel channel = new(new FedStream(ends: true, chunks: [[0, 3, .. "abc"u8, 0, 1, .. "d"u8]]), _buffers);

        Assert.Equal(2, (await channel.ReceiveAsync(_buffer.AsMemory(0, 2), Token))?.Length);
        Assert.Equal("d", await ReceiveAsync(channel));
    }

    [Fact]
    public async Task Receive_EndWithinAFrame_IsTheEnd()
    {
        await using LengthPrefixedChannel channel = new(new FedStream(ends: true, chunks: [[0, 3, .. "ab"u8]]), _buffers);

        Assert.True(await channel.WaitToReceiveAsync(Token) is false);
        Assert.Null(await ReceiveAsync(channel));
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Send_Datagrams_AreOneWriteEach()
    {
        FedStream stream = new();
        await using LengthPrefixedChannel channel = new(stream, _buffers);

        await channel.SendAsync("hello"u8.ToArray(), null, Token);
        await channel.SendAsync(ReadOnlyMemory<byte>.Empty, null, Token);

        Assert.Equal("000568656c6c6f", await stream.NextWriteAsync());
        Assert.Equal("0000", await stream.NextWriteAsync());
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Dispose_PendingReceive_Ends()
    {
        using var pair = await SocketPair.CreateAsync(Token);
        LengthPrefixedChannel channel = new(new SocketDuplexStream(pair.Near), _buffers);
        var receiving = channel.ReceiveAsync(_buffer, Token).AsTask();

        await channel.DisposeAsync();

        Assert.Null(await receiving);
        Assert.Equal(0, _buffers.Outstanding);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.SendAsync(new byte[1], null, Token).AsTask());
    }

    private async Task<string?> ReceiveAsync(LengthPrefixedChannel channel) =>
        await channel.ReceiveAsync(_buffer, Token) is { } datagram ? Encoding.ASCII.GetString(_buffer, 0, datagram.Length) : null;
}

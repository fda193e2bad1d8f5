using Gost.Ssh;
using Xunit;

namespace Gost.Tests.Ssh.Channels;

public sealed class SshChannelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_BothWays_ArriveAndEachDirectionEndsAlone()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);

        await near.WriteAsync("ping"u8.ToArray(), Token);
        await near.CompleteWritesAsync(Token);
        Assert.Equal("ping", await ReadAllAsync(far));
        await far.WriteAsync("pong"u8.ToArray(), Token);
        await far.DisposeAsync();
        Assert.Equal("pong", await ReadAllAsync(near));
        await near.DisposeAsync();

        Assert.Equal((0, 0), (pair.Near.ChannelCount, pair.Far.ChannelCount));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => near.ReadAsync(new byte[1], Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await near.WriteAsync(new byte[1], Token));
    }

    [Fact]
    public async Task MuchMoreThanTheWindow_ArrivesUnchanged()
    {
        await using ConnectionPair pair = new(capacity: 4);
        var (near, far) = await pair.OpenAsync(Token);
        var sent = new byte[(9 * 1024 * 1024) + 1];
        new Random(1).NextBytes(sent);

        var writing = WriteAndEndAsync(near, sent);
        using MemoryStream received = new();
        await far.CopyToAsync(received, Token);
        await writing;

        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
    }

    [Fact]
    public async Task ReaderThatStandsStill_StopsItsWriterAndNobodyElse()
    {
        await using ConnectionPair pair = new(capacity: 4);
        var (stuck, unread) = await pair.OpenAsync(Token);
        var (near, far) = await pair.OpenAsync(Token);

        var blocked = stuck.WriteAsync(new byte[3 * 1024 * 1024], Token).AsTask();
        await WriteAndEndAsync(near, new byte[100_000]);
        Assert.Equal(100_000, (await ReadBytesAsync(far)).Length);
        Assert.False(blocked.IsCompleted);

        // The two other megabytes come through as soon as somebody reads.
        var reading = ReadBytesAsync(unread);
        await blocked;
        await stuck.CompleteWritesAsync(Token);
        Assert.Equal(3 * 1024 * 1024, (await reading).Length);
    }

    [Fact]
    public async Task EmptyRead_WaitsForBytesOrTheEnd()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);

        var waiting = far.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await near.WriteAsync("x"u8.ToArray(), Token);
        Assert.Equal(0, await waiting);
        Assert.Equal(0, await far.ReadAsync(Memory<byte>.Empty, Token));
        Assert.Equal(1, await far.ReadAsync(new byte[8], Token));
        waiting = far.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await near.CompleteWritesAsync(Token);
        Assert.Equal(0, await waiting);
        Assert.Equal(0, await far.ReadAsync(new byte[8], Token));
    }

    [Fact]
    public async Task Abort_FailsPendingCallsAndCutsTheFarEnd()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);
        var reading = near.ReadAsync(new byte[1], Token).AsTask();
        var writing = near.WriteAsync(new byte[3 * 1024 * 1024], Token).AsTask();

        near.Abort(new IOException("enough"));

        Assert.Equal("enough", (await Assert.ThrowsAsync<IOException>(() => reading)).Message);
        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal("the far end has cut the channel", (await Assert.ThrowsAsync<IOException>(() => ReadBytesAsync(far))).Message);
        await Assert.ThrowsAsync<IOException>(async () => await far.WriteAsync(new byte[1], Token));
        Assert.True(pair.Near.IsOpen && pair.Far.IsOpen);
    }

    [Fact]
    public async Task Close_OfAPeerThatSendsNoEnd_IsAnEnd()
    {
        await using ConnectionPair pair = new(own: false);
        var (near, far) = await pair.OpenAsync(Token);
        await near.WriteAsync("all"u8.ToArray(), Token);

        near.Abort();

        Assert.Equal("all", await ReadAllAsync(far));
    }

    [Fact]
    public async Task CancelledCalls_EndAndTheChannelLivesOn()
    {
        await using ConnectionPair pair = new();
        var (near, far) = await pair.OpenAsync(Token);
        using CancellationTokenSource source = new();
        var reading = near.ReadAsync(new byte[1], source.Token).AsTask();
        await near.WriteAsync(new byte[2 * 1024 * 1024], Token);
        var writing = near.WriteAsync(new byte[1], source.Token).AsTask();
        Assert.False(reading.IsCompleted || writing.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await far.WriteAsync("on"u8.ToArray(), Token);
        await far.CompleteWritesAsync(Token);
        Assert.Equal("on", await ReadAllAsync(near));
    }

    [Fact]
    public async Task SecondReader_IsToldSo()
    {
        await using ConnectionPair pair = new();
        var (near, _) = await pair.OpenAsync(Token);
        var reading = near.ReadAsync(new byte[1], Token).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => near.ReadAsync(new byte[1], Token).AsTask());
        near.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
    }

    [Fact]
    public async Task ManyChannels_OpenedClosedAndOpenedAgain_KeepTheirBytesApart()
    {
        await using ConnectionPair pair = new(new SshConnectionOptions { ChannelBacklog = 1000 }, new SshConnectionOptions { ChannelBacklog = 1000 });
        var echo = EchoAsync(pair.Far);
        for (var round = 0; round < 2; round++)
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 700), Token, async (x, token) =>
            {
                await using var channel = await pair.Near.OpenChannelAsync("a-type", default, token);
                await channel.WriteAsync(BitConverter.GetBytes(x), token);
                await channel.CompleteWritesAsync(token);
                Assert.Equal(BitConverter.GetBytes(x), await ReadBytesAsync(channel));
            });
        }

        Assert.Equal(0, pair.Near.ChannelCount);
        await pair.Near.DisposeAsync();
        await echo;
    }

    private static async Task EchoAsync(SshConnection connection)
    {
        List<Task> tasks = [];
        while (await connection.AcceptChannelAsync(Token) is { } opening)
        {
            tasks.Add(EchoAsync(opening.Accept()));
        }

        await Task.WhenAll(tasks);
    }

    private static async Task EchoAsync(SshChannel channel)
    {
        await using (channel)
        {
            await channel.CopyToAsync(channel, Token);
            await channel.CompleteWritesAsync(Token);
        }
    }

    private static async Task WriteAndEndAsync(SshChannel channel, byte[] bytes)
    {
        await channel.WriteAsync(bytes, Token);
        await channel.CompleteWritesAsync(Token);
    }

    private static async Task<string> ReadAllAsync(SshChannel channel) => System.Text.Encoding.ASCII.GetString(await ReadBytesAsync(channel));

    private static async Task<byte[]> ReadBytesAsync(SshChannel channel)
    {
        using MemoryStream all = new();
        await channel.CopyToAsync(all, Token);
        return all.ToArray();
    }
}

using System.Buffers.Binary;
using Gost.Ssh;
using Gost.Ssh.Messages;
using Gost.Ssh.Transport;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Ssh.Transport;

public sealed class RekeyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Each way at once, in packets of the largest size that channels send, and of small ones, which wait elsewhere.
    [Theory]
    [InlineData(1L << 20, long.MaxValue, 512, 32 * 1024, 1)]
    [InlineData(1L << 20, 1L << 20, 512, 32 * 1024, 1)]
    [InlineData(long.MaxValue, 3L << 20, 256, 32 * 1024, 2)]
    [InlineData(100_000, 150_000, 1000, 700, 4)]
    [InlineData(100_000, 150_000, 1000, 2000, 4)]
    public async Task Bytes_BothStream_NothingIsLostOrStuck(long limitOfClient, long limitOfServer, int packets, int size, int senders)
    {
        await using var pair = await TransportPair.ConnectAsync(new() { RekeyBytes = limitOfClient }, new() { RekeyBytes = limitOfServer });
        await StreamAsync(pair, packets, size, senders);
    }

    [Fact]
    public async Task Packets_AsManyAsAllowed_NewKeysAreMade()
    {
        await using var pair = await TransportPair.ConnectAsync(new() { RekeyPackets = 10 });
        await StreamAsync(pair, 500, 100, senders: 2);
    }

    [Fact]
    public async Task Time_Passed_NewKeysAreMadeThoughNothingIsSent()
    {
        FakeTimeProvider time = new();
        await using var pair = await TransportPair.ConnectAsync(new() { TimeProvider = time });
        var before = pair.Client.Agreed;
        var receiving = pair.Client.ReceiveAsync(Token).AsTask();
        var serving = pair.Server.ReceiveAsync(Token).AsTask();
        time.Advance(TimeSpan.FromHours(1));

        // What is sent next waits for the new keys, or comes behind them.
        await pair.Client.SendAsync(new byte[] { 80 }, default, Token);
        Assert.Equal(80, (await serving).Span[0]);
        await pair.Server.SendAsync(new byte[] { 81 }, default, Token);
        Assert.Equal(81, (await receiving).Span[0]);
        Assert.NotSame(before, pair.Client.Agreed);
        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
    }

    [Fact]
    public async Task Exchange_ThePeerDoesNotEnd_EndsTheTransport()
    {
        FakeTimeProvider time = new();
        await using var pair = await TransportPair.ConnectAsync(new() { TimeProvider = time });
        var receiving = pair.Client.ReceiveAsync(Token).AsTask();

        // The server does not receive.
        time.Advance(TimeSpan.FromHours(1));
        var waiting = pair.Client.SendAsync(new byte[] { 80 }, new byte[10_000], Token).AsTask();
        var small = pair.Client.SendAsync(new byte[] { 80 }, new byte[10], Token);
        Assert.False(waiting.IsCompleted);
        Assert.True(small.IsCompletedSuccessfully);
        time.Advance(TimeSpan.FromMinutes(1));

        var failure = await Assert.ThrowsAsync<SshException>(() => receiving);
        Assert.Contains("within 60 s", failure.Message);
        await Assert.ThrowsAsync<SshException>(() => waiting);
        await pair.Client.Completion.WaitAsync(Token);
        Assert.Same(failure, pair.Client.Fault);
    }

    [Fact]
    public async Task Send_CanceledWhileKeysAreExchanged_LeavesTheRestInOrder()
    {
        FakeTimeProvider time = new();
        await using var pair = await TransportPair.ConnectAsync(new() { TimeProvider = time });
        time.Advance(TimeSpan.FromHours(1));
        using CancellationTokenSource canceled = new();
        var first = pair.Client.SendAsync(new byte[] { 94, 1 }, new byte[2000], Token).AsTask();
        var second = pair.Client.SendAsync(new byte[] { 94, 2 }, new byte[2000], canceled.Token).AsTask();
        await pair.Client.SendAsync(new byte[] { 94, 3 }, default, Token);
        var fourth = pair.Client.SendAsync(new byte[] { 94, 4 }, new byte[2000], Token).AsTask();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var receiving = pair.Client.ReceiveAsync(Token).AsTask();

        List<byte> order = [];
        while (order.Count < 3)
        {
            order.Add((await pair.Server.ReceiveAsync(Token)).Span[1]);
        }

        Assert.Equal([1, 3, 4], order);
        await first;
        await fourth;
        await pair.Server.DisconnectAsync(SshDisconnectReason.ByApplication, "", Token);
        Assert.True((await receiving).IsEmpty);
    }

    // Whoever has all goes on receiving: the other direction needs it for its keys.
    private static async Task StreamAsync(TransportPair pair, int packets, int size, int senders)
    {
        TaskCompletionSource client = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource server = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] receiving = [ReceiveAllAsync(pair.Client, packets, size, senders, client), ReceiveAllAsync(pair.Server, packets, size, senders, server)];
        var all = Task.WhenAll(
            client.Task, server.Task, SendAllAsync(pair.Client, packets, size, senders), SendAllAsync(pair.Server, packets, size, senders));
        await await Task.WhenAny([all, .. receiving]).WaitAsync(TimeSpan.FromSeconds(60), Token);
        await all;
        Assert.Null(pair.Server.Fault);
        Assert.Null(pair.Client.Fault);

        // An exchange of keys may be under way still: who is in it then finds the far end gone.
        await pair.Client.DisconnectAsync(SshDisconnectReason.ByApplication, "", Token);
        await Task.WhenAll(receiving);
    }

    private static Task SendAllAsync(SshTransport transport, int packets, int size, int senders) =>
        Task.WhenAll(Enumerable.Range(0, senders).Select(x => SendAsync(transport, (byte)x, packets, size)));

    private static async Task SendAsync(SshTransport transport, byte sender, int packets, int size)
    {
        await Task.Yield();
        var head = new byte[6];
        (head[0], head[1]) = (MessageNumber.ChannelData, sender);
        var body = new byte[size];
        for (var i = 0; i < packets; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(2), i);
            body.AsSpan().Fill((byte)(i + sender));
            await transport.SendAsync(head, body, Token);
        }
    }

    private static async Task ReceiveAllAsync(SshTransport transport, int packets, int size, int senders, TaskCompletionSource all)
    {
        await Task.Yield();
        var next = new int[senders];
        for (var left = packets * senders; ; left--)
        {
            if (left == 0)
            {
                all.SetResult();
            }

            var payload = await transport.ReceiveAsync(Token);
            if (payload.IsEmpty)
            {
                return;
            }

            Assert.Equal(6 + size, payload.Length);
            var sender = payload.Span[1];
            Assert.Equal(next[sender]++, BinaryPrimitives.ReadInt32BigEndian(payload.Span[2..]));
            Assert.False(payload.Span[6..].ContainsAnyExcept((byte)(next[sender] - 1 + sender)));
        }
    }
}

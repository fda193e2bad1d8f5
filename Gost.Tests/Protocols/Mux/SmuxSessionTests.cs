using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

public sealed class SmuxSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_64AtOnceOneMebibyteEachWay_ArriveWhole(int version)
    {
        await using SmuxPair pair = new(version);
        var serving = EchoAsync(pair.Server, 64);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async seed =>
        {
            await using var stream = await pair.Client.OpenStreamAsync(Token);
            var sending = SendAsync(stream, seed);
            var (length, hash) = await RandomBytes.ReceiveAsync(x => stream.ReadAsync(x, Token));
            Assert.Equal(1 << 20, length);
            Assert.Equal(await sending, hash);
        }));
        await serving;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_BothEndsOpenThem_AreTheirOwn(int version)
    {
        await using SmuxPair pair = new(version);
        var fromClient = await pair.Client.OpenStreamAsync(Token);
        await fromClient.WriteAsync("c"u8.ToArray(), Token);
        var fromServer = await pair.Server.OpenStreamAsync(Token);
        await fromServer.WriteAsync("s"u8.ToArray(), Token);
        var atServer = await pair.Server.AcceptStreamAsync(Token);
        var atClient = await pair.Client.AcceptStreamAsync(Token);
        var buffer = new byte[8];
        Assert.Equal(1, await atServer!.ReadAsync(buffer, Token));
        Assert.Equal((byte)'c', buffer[0]);
        Assert.Equal(1, await atClient!.ReadAsync(buffer, Token));
        Assert.Equal((byte)'s', buffer[0]);
        foreach (var stream in new[] { fromClient, fromServer, atServer, atClient })
        {
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CompleteWrites_BetweenTwoOfOurs_EndsOneDirectionOnly(int version)
    {
        await using SmuxPair pair = new(version);
        var (near, far) = await pair.OpenAsync();
        await near.CompleteWritesAsync(Token);
        Assert.Equal(0, await far.ReadAsync(new byte[1], Token));

        // The answer begins after the question has ended.
        var answering = RandomBytes.SendAsync(x => far.WriteAsync(x, Token), 3 << 20, 7);
        var receiving = RandomBytes.ReceiveAsync(x => near.ReadAsync(x, Token));
        var sent = await answering;
        await far.CompleteWritesAsync(Token);
        Assert.Equal((3L << 20, sent), await receiving);
        await Eventually.TrueAsync("both are forgotten", TimeSpan.FromSeconds(10), () => pair.Client.StreamCount + pair.Server.StreamCount == 0, Token);
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_OthersStalledFull_GoOn(int version)
    {
        await using SmuxPair pair = new(version);
        List<(DuplexStream Near, DuplexStream Far, Task Writing)> stalled = [];
        for (var i = 0; i < 20; i++)
        {
            var (near, far) = await pair.OpenAsync();
            stalled.Add((near, far, Assert.ThrowsAnyAsync<Exception>(() => near.WriteAsync(new byte[8 << 20], Token).AsTask())));
        }

        var (alive, peer) = await pair.OpenAsync();
        var sending = RandomBytes.SendAsync(x => alive.WriteAsync(x, Token), 4 << 20, 1);
        var receiving = RandomBytes.ReceiveAsync(x => peer.ReadAsync(x, Token));
        var hash = await sending;
        await alive.CompleteWritesAsync(Token);
        Assert.Equal((4L << 20, hash), await receiving);
        Assert.All(stalled, static x => Assert.False(x.Writing.IsCompleted));
        foreach (var (near, far, writing) in stalled)
        {
            await far.DisposeAsync();
            await writing;
            await near.DisposeAsync();
        }

        await alive.DisposeAsync();
        await peer.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Read_EmptyBuffer_WaitsForDataAndTakesNone(int version)
    {
        await using SmuxPair pair = new(version);
        var (near, far) = await pair.OpenAsync();
        var waiting = far.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await near.WriteAsync(new byte[] { 1, 2, 3 }, Token);
        Assert.Equal(0, await waiting);
        var buffer = new byte[8];
        Assert.Equal(3, await far.ReadAsync(buffer, Token));
        waiting = far.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await near.CompleteWritesAsync(Token);
        Assert.Equal(0, await waiting);
        Assert.Equal(0, await far.ReadAsync(buffer, Token));
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Fact]
    public async Task Abort_PeerReads_SeesACutAndNoEnd()
    {
        await using SmuxPair pair = new(1);
        var (near, far) = await pair.OpenAsync();
        var reading = far.ReadAsync(new byte[8], Token).AsTask();
        near.Abort();
        await Assert.ThrowsAsync<IOException>(() => reading);
        await Assert.ThrowsAnyAsync<IOException>(() => far.WriteAsync(new byte[8], Token).AsTask());
        await far.DisposeAsync();
        await Eventually.TrueAsync("both are forgotten", TimeSpan.FromSeconds(10), () => pair.Client.StreamCount + pair.Server.StreamCount == 0, Token);
    }

    [Fact]
    public async Task Dispose_PeerStillWrites_ItsWriteFailsInsteadOfWaiting()
    {
        await using SmuxPair pair = new(2);
        var (near, far) = await pair.OpenAsync();
        var writing = near.WriteAsync(new byte[4 << 20], Token).AsTask();
        await far.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal(0, await near.ReadAsync(new byte[1], Token));
        await near.DisposeAsync();
    }

    [Fact]
    public async Task Cancel_PendingReadAndWrite_TheStreamsOfOthersLive()
    {
        await using SmuxPair pair = new(2);
        var (near, far) = await pair.OpenAsync();
        using CancellationTokenSource cancel = new();
        var reading = near.ReadAsync(new byte[1], cancel.Token).AsTask();
        var writing = near.WriteAsync(new byte[4 << 20], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);

        // A read after a cancelled one waits anew.
        var again = near.ReadAsync(new byte[1], Token).AsTask();
        await far.WriteAsync(new byte[1], Token);
        Assert.Equal(1, await again);
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Fact]
    public async Task Session_TransportBreaks_StreamsFailAndWhatCameInIsReadFirst()
    {
        await using EngineParts engine = new();
        DuplexPair transport = new();
        var server = SmuxSession.Start(transport.Far, SmuxOptions.Default(1), isClient: false, engine.Services);
        await transport.Near.WriteAsync(Convert.FromHexString("0100000003000000" + "0102050003000000" + "68656c6c6f"), Token);
        var stream = await server.AcceptStreamAsync(Token);
        Assert.Equal(0, await stream!.ReadAsync(Memory<byte>.Empty, Token));
        transport.Near.Dispose();
        await server.Completion;
        Assert.NotNull(server.Fault);
        var buffer = new byte[8];
        Assert.Equal(5, await stream.ReadAsync(buffer, Token));
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(buffer, Token).AsTask());
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(buffer, Token).AsTask());
        Assert.Null(await server.AcceptStreamAsync(Token));
        await Assert.ThrowsAsync<FlowException>(() => server.OpenStreamAsync(Token).AsTask());
        await stream.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task CloseWhenIdle_StreamOpen_EndsWithIt()
    {
        await using SmuxPair pair = new(1);
        var (near, far) = await pair.OpenAsync();
        pair.Server.CloseWhenIdle();
        Assert.False(pair.Server.Completion.IsCompleted);

        // A new one is refused, the open one goes on.
        await using var refused = await pair.Client.OpenStreamAsync(Token);
        Assert.Equal(0, await refused.ReadAsync(new byte[1], Token));
        await far.WriteAsync(new byte[5], Token);
        await far.CompleteWritesAsync(Token);
        Assert.Equal(5, await near.ReadAsync(new byte[8], Token));
        await near.CompleteWritesAsync(Token);
        await refused.DisposeAsync();
        await pair.Server.Completion;
        Assert.Null(pair.Server.Fault);
        await pair.Client.Completion;
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Fact]
    public async Task KeepAlive_BothLive_SessionsStayForever()
    {
        FakeTimeProvider time = new();
        await using SmuxPair pair = new(1, time);
        var (near, far) = await pair.OpenAsync();
        for (var i = 0; i < 12; i++)
        {
            var before = (pair.Client.LastReceived, pair.Server.LastReceived);
            time.Advance(TimeSpan.FromSeconds(10));
            await Eventually.TrueAsync("keepalives arrive", TimeSpan.FromSeconds(10), () => pair.Client.LastReceived > before.Item1 && pair.Server.LastReceived > before.Item2, Token);
        }

        Assert.False(pair.Client.Completion.IsCompleted);
        Assert.False(pair.Server.Completion.IsCompleted);
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Fact]
    public async Task KeepAlive_PeerSilent_SessionDiesAfterTheTimeout()
    {
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        using DuplexPair transport = new();
        var session = SmuxSession.Start(transport.Near, SmuxOptions.Default(1), isClient: true, engine.Services);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(session.Completion.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await session.Completion;
        Assert.Contains("silent", session.Fault!.Message, StringComparison.Ordinal);
        await session.DisposeAsync();
    }

    [Fact]
    public async Task KeepAlive_Disabled_NothingIsSentAndSilenceIsNoFault()
    {
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        using DuplexPair transport = new();
        var options = SmuxOptions.Default(1) with { KeepAliveInterval = Timeout.InfiniteTimeSpan };
        var session = SmuxSession.Start(transport.Near, options, isClient: true, engine.Services);
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(session.Completion.IsCompleted);
        var reading = transport.Far.ReadAsync(new byte[8], Token).AsTask();
        Assert.False(reading.IsCompleted);
        var disposing = session.DisposeAsync();
        Assert.Equal(0, await reading);
        transport.Far.Dispose();
        await disposing;
    }

    private static async Task<string> SendAsync(DuplexStream stream, int seed)
    {
        var hash = await RandomBytes.SendAsync(x => stream.WriteAsync(x, Token), 1 << 20, seed);
        await stream.CompleteWritesAsync(Token);
        return hash;
    }

    private static async Task EchoAsync(SmuxSession session, int count)
    {
        List<Task> tasks = [];
        for (var i = 0; i < count; i++)
        {
            tasks.Add(EchoAsync((await session.AcceptStreamAsync(Token))!));
        }

        await Task.WhenAll(tasks);
    }

    private static async Task EchoAsync(DuplexStream stream)
    {
        await using (stream)
        {
            var buffer = new byte[10_000];
            int count;
            while ((count = await stream.ReadAsync(buffer, Token)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), Token);
            }

            await stream.CompleteWritesAsync(Token);
        }
    }
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Quic;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Quic;

/// <summary>Sessions and their streams over a connection in memory.</summary>
public sealed class QuicSessionTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 1);
    private static readonly IPEndPoint Server = new(IPAddress.Loopback, 2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_IsSeenWithItsFirstByte_AndItsDirectionsEndApart()
    {
        await using Ends ends = new(QuicSession.OfServer);
        var (client, server) = (ends.Client, ends.Server);
        await using var stream = await client.OpenStreamAsync(Token);
        var accepting = server.AcceptStreamAsync(Token).AsTask();
        Assert.False(accepting.IsCompleted);

        await stream.WriteAsync("question"u8.ToArray(), Token);
        await stream.CompleteWritesAsync(Token);
        await using var accepted = await accepting;
        var buffer = new byte[100];
        Assert.Equal(8, await accepted!.ReadAsync(buffer, Token)); // The session lives.
        Assert.Equal(0, await accepted.ReadAsync(buffer, Token));
        await accepted.WriteAsync("answer"u8.ToArray(), Token);
        await accepted.CompleteWritesAsync(Token);
        Assert.Equal(6, await stream.ReadAsync(buffer, Token));
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        Assert.Equal((Client, Server), (accepted.RemoteEndPoint, accepted.LocalEndPoint));
    }

    [Fact]
    public async Task Open_BeyondTheFarEndsLimit_WaitsAndSaysSo()
    {
        FakeTimeProvider time = new();
        await using EngineParts engine = new(time);
        var (near, _) = FakeQuicLink.Pair(Client, Server, 1);
        await using var client = QuicSession.OfClient(near, engine.Services);
        var first = await client.OpenStreamAsync(Token);
        var second = client.OpenStreamAsync(Token).AsTask();
        var third = client.OpenStreamAsync(Token).AsTask();
        await first.DisposeAsync();
        await using (await second)
        {
            time.Advance(QuicSession.OpenTime);
            var error = await Assert.ThrowsAsync<FlowException>(() => third);
            Assert.Equal(FlowError.TimedOut, error.Error);
            Assert.Contains("maxStreams", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, client.StreamCount);
        }
    }

    [Fact]
    public async Task CloseWhenIdle_WaitsForTheLastStream()
    {
        await using EngineParts engine = new();
        var (near, _) = FakeQuicLink.Pair(Client, Server, 10);
        await using var client = QuicSession.OfClient(near, engine.Services);
        var stream = await client.OpenStreamAsync(Token);
        client.CloseWhenIdle();
        Assert.False(client.CanOpen);
        Assert.False(client.Completion.IsCompleted);
        await Assert.ThrowsAsync<FlowException>(async () => await client.OpenStreamAsync(Token));
        await stream.DisposeAsync();
        await client.Completion.WaitAsync(Token);
        Assert.Null(client.Fault);
    }

    [Fact]
    public async Task FarEndCloses_EndsTheSessionWithoutFault_ABreakWithOne()
    {
        await using EngineParts engine = new();
        var (near, far) = FakeQuicLink.Pair(Client, Server, 10);
        await using var closed = QuicSession.OfClient(near, engine.Services);
        await far.DisposeAsync();
        await closed.Completion.WaitAsync(Token);
        Assert.Null(closed.Fault);

        var (other, _) = FakeQuicLink.Pair(Client, Server, 10);
        await using var broken = QuicSession.OfClient(other, engine.Services);
        other.Break("idle for 90 s");
        await broken.Completion.WaitAsync(Token);
        Assert.Equal("idle for 90 s", broken.Fault?.Message);
        Assert.False(broken.CanOpen);
    }

    [Fact]
    public async Task StreamThatAServerOpens_IsCut()
    {
        await using Ends ends = new(QuicSession.OfClient);
        var (client, server) = (ends.Client, ends.Server);
        await using var stream = await server.OpenStreamAsync(Token);
        await stream.WriteAsync(new byte[1], Token);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
        Assert.True(client.CanOpen);
    }

    [Fact]
    public async Task Abort_EndsBothDirectionsOfBothEnds()
    {
        await using Ends ends = new(QuicSession.OfServer);
        var (client, server) = (ends.Client, ends.Server);
        await using var stream = await client.OpenStreamAsync(Token);
        await stream.WriteAsync(new byte[1], Token);
        await using var accepted = await server.AcceptStreamAsync(Token);
        Assert.Equal(1, await accepted!.ReadAsync(new byte[10], Token)); // The session lives.
        var reading = accepted.ReadAsync(new byte[10], Token).AsTask();
        stream.Abort();
        await Assert.ThrowsAnyAsync<IOException>(() => reading);
    }

    /// <summary>Both ends of one connection.</summary>
    private sealed class Ends : IAsyncDisposable
    {
        private readonly EngineParts _engine = new();

        public Ends(Func<IQuicLink, EngineServices, QuicSession> accept)
        {
            var (near, far) = FakeQuicLink.Pair(QuicSessionTests.Client, QuicSessionTests.Server, 10);
            (Client, Server) = (QuicSession.OfClient(near, _engine.Services), accept(far, _engine.Services));
        }

        public QuicSession Client { get; }

        public QuicSession Server { get; }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Client.DisposeAsync();
            await _engine.DisposeAsync();
        }
    }
}

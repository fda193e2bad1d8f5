using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Tls;

public sealed class TlsDuplexStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompleteWrites_OneDirection_TheOtherGoesOn(bool clientEndsFirst)
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        var (first, second) = clientEndsFirst ? (joined.Client!, joined.Server!) : (joined.Server!, joined.Client!); // both handshakes are done
        var question = RandomNumberGenerator.GetBytes(100_000);
        var answer = RandomNumberGenerator.GetBytes(1_000_000);

        var asking = WriteAllAsync(first, question);
        Assert.Equal(question, await TlsEnds.ReadToEndAsync(second));
        await asking;
        var answering = WriteAllAsync(second, answer);

        Assert.Equal(answer, await TlsEnds.ReadToEndAsync(first));
        await answering;
        Assert.Equal(0, await second.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task CompleteWrites_WhileTheTicketsAreBeingRead_DisturbsNeitherDirection()
    {
        await using EngineParts engine = new();
        var (server, client) = (TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        var answer = RandomNumberGenerator.GetBytes(20_000);
        for (var round = 0; round < 400; round++)
        {
            await using var joined = await TlsEnds.JoinAsync(server, client);
            var answering = WriteAllAsync(joined.Server!, answer); // both handshakes are done
            using Barrier start = new(2);
            var reading = Task.Run(
                () =>
                {
                    start.SignalAndWait(Token);
                    return TlsEnds.ReadToEndAsync(joined.Client!);
                },
                Token);
            start.SignalAndWait(Token);
            await joined.Client!.CompleteWritesAsync(Token);

            Assert.Equal(answer, await reading);
            Assert.Equal(0, await joined.Server!.ReadAsync(new byte[1], Token));
            await answering;
        }
    }

    [Fact]
    public async Task CompleteWrites_APlainSslStreamPeer_ReadsTheEndAndIsStillRead()
    {
        await using EngineParts engine = new();
        using var pair = await SocketPair.CreateAsync(Token);
        await using SslStream peer = new(new NetworkStream(pair.Far), leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
        var accepting = TlsEnds.Server(engine.Services).AcceptAsync(new SocketDuplexStream(pair.Near), Token);
        await peer.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "gost.run" }, Token);
        await using var stream = (await accepting).Stream;

        await stream.WriteAsync("question"u8.ToArray(), Token);
        await stream.CompleteWritesAsync(Token);
        using StreamReader reader = new(peer, leaveOpen: true);
        Assert.Equal("question", await reader.ReadToEndAsync(Token));
        await peer.WriteAsync("answer after the end"u8.ToArray(), Token);
        await peer.ShutdownAsync();

        Assert.Equal("answer after the end"u8.ToArray(), await TlsEnds.ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Reading_APeerThatEndsItsTransportWithoutCloseNotify_IsTheEndAndWritingGoesOn()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        await joined.Client!.WriteAsync("last"u8.ToArray(), Token); // the handshake is done
        joined.Pair.Far.Shutdown(SocketShutdown.Send);

        Assert.Equal("last"u8.ToArray(), await TlsEnds.ReadToEndAsync(joined.Server!)); // as above
        await WriteAllAsync(joined.Server!, "answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await TlsEnds.ReadToEndAsync(joined.Client!));
    }

    [Fact]
    public async Task Reading_WithAnEmptyBuffer_WaitsForDataAndTakesNone()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        var waiting = joined.Server!.ReadAsync(Memory<byte>.Empty, Token).AsTask(); // the handshake is done
        Assert.False(waiting.IsCompleted);

        await joined.Client!.WriteAsync("x"u8.ToArray(), Token);
        Assert.Equal(0, await waiting);
        Assert.Equal(1, await joined.Server.ReadAsync(new byte[8], Token));

        var ending = joined.Server.ReadAsync(Memory<byte>.Empty, Token).AsTask();
        await joined.Client.CompleteWritesAsync(Token);
        Assert.Equal(0, await ending);
        Assert.Equal(0, await joined.Server.ReadAsync(new byte[8], Token));
    }

    [Fact]
    public async Task Abort_FromAnotherThread_EndsAPendingReadAndResetsThePeer()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        Assert.IsType<IPEndPoint>(joined.Server!.RemoteEndPoint); // the handshake is done
        var reading = joined.Server.ReadAsync(new byte[1], Token).AsTask();
        joined.Server.Abort();
        joined.Server.Abort();

        await Assert.ThrowsAnyAsync<Exception>(() => reading);
        await Assert.ThrowsAsync<IOException>(() => joined.Client!.ReadAsync(new byte[1], Token).AsTask());
        Assert.False(joined.Server.TryGetRawSocket(out _));
    }

    [Fact]
    public async Task Dispose_WithoutEndingFirst_TellsThePeerTheEnd()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        await joined.Client!.WriteAsync("bye"u8.ToArray(), Token); // the handshake is done
        var reading = TlsEnds.ReadToEndAsync(joined.Server!);
        await joined.Client.DisposeAsync();

        Assert.Equal("bye"u8.ToArray(), await reading);
    }

    [Fact]
    public async Task Dispose_APeerThatTakesNothing_IsNotHeldUp()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        using CancellationTokenSource stop = new();
        var writing = FillAsync(joined.Server!, stop.Token); // the handshake is done
        await stop.CancelAsync();
        await writing;

        await joined.Server!.DisposeAsync();
    }

    [Fact]
    public async Task BothDirections_ManyChunksAtOnce_ArriveWholeWhileOneEnds()
    {
        await using EngineParts engine = new();
        await using var joined = await TlsEnds.JoinAsync(TlsEnds.Server(engine.Services), TlsEnds.Client(engine.Services));
        var up = RandomNumberGenerator.GetBytes(1_000_000);
        var down = RandomNumberGenerator.GetBytes(5_000_000);
        var sendUp = WriteAllAsync(joined.Client!, up); // the handshakes are done
        var sendDown = WriteAllAsync(joined.Server!, down);
        var gotUp = TlsEnds.ReadToEndAsync(joined.Server!);
        var gotDown = TlsEnds.ReadToEndAsync(joined.Client!);

        Assert.Equal(up, await gotUp);
        Assert.Equal(down, await gotDown);
        await sendUp;
        await sendDown;
    }

    private static async Task WriteAllAsync(DuplexStream stream, byte[] data)
    {
        for (var at = 0; at < data.Length; at += 32 * 1024)
        {
            await stream.WriteAsync(data.AsMemory(at, Math.Min(32 * 1024, data.Length - at)), Token);
        }

        await stream.CompleteWritesAsync(Token);
    }

    private static async Task FillAsync(DuplexStream stream, CancellationToken stop)
    {
        var chunk = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var write = stream.WriteAsync(chunk, stop);
                if (!write.IsCompleted)
                {
                    await write;
                    return;
                }

                await write;
            }
        }
        catch (OperationCanceledException)
        {
            // The far end's buffers are full.
        }
    }
}

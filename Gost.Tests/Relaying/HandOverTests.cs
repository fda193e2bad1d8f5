using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Relaying;

/// <summary>Relays that begin in buffers and are handed to the loop when their streams have become sockets.</summary>
[BothLanes]
public sealed class HandOverTests
{
    private static readonly byte[] Header = "header"u8.ToArray();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BothDirections_Bulk_ArriveWholeAndEndApart()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        var up = RandomNumberGenerator.GetBytes(5_000_000);
        var down = RandomNumberGenerator.GetBytes(3_000_000);
        var (sendingUp, sendingDown) = (SendAsync(rig.Client, up), SendAsync(rig.Target, down));
        var receivingUp = ReceiveAsync(rig.Target, Header.Length + up.Length);

        Assert.Equal(down, await ReceiveAsync(rig.Client, down.Length));
        Assert.Equal((byte[])[.. Header, .. up], await receivingUp);
        await Task.WhenAll(sendingUp, sendingDown);
        await AssertIsHandedOverAsync(rig);

        rig.Target.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await rig.Client.ReceiveAsync(new byte[1], Token));
        await SendAsync(rig.Client, [1, 2]);
        Assert.Equal([1, 2], await ReceiveAsync(rig.Target, 2));
        rig.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(RelayOutcome.TargetEnded, await rig.Relay);
        Assert.Equal((up.Length + 2, down.Length), (rig.Counters.InputBytes, rig.Counters.OutputBytes));
    }

    [Fact]
    public async Task OneDirectionOnly_Bulk_IsHandedOverThoughTheOtherWaits()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        var up = RandomNumberGenerator.GetBytes(2_000_000);
        var sending = SendAsync(rig.Client, up);

        Assert.Equal((byte[])[.. Header, .. up], await ReceiveAsync(rig.Target, Header.Length + up.Length));
        await sending;
        await AssertIsHandedOverAsync(rig);
        await SendAsync(rig.Target, "answer"u8.ToArray());
        Assert.Equal("answer"u8.ToArray(), await ReceiveAsync(rig.Client, 6));
    }

    [Fact]
    public async Task OneDirectionOver_Bulk_TheOtherIsHandedOver()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        rig.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(Header, await ReceiveAsync(rig.Target, Header.Length));
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
        var down = RandomNumberGenerator.GetBytes(2_000_000);
        var sending = SendAsync(rig.Target, down);

        Assert.Equal(down, await ReceiveAsync(rig.Client, down.Length));
        await sending;
        await AssertIsHandedOverAsync(rig);
        rig.Target.Shutdown(SocketShutdown.Send);
        Assert.Equal(RelayOutcome.ClientEnded, await rig.Relay);
        Assert.Equal(0, await rig.Client.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task SmallMessages_AfterAWhile_AreHandedOver()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        await SendAsync(rig.Client, [0]);
        Assert.Equal((byte[])[.. Header, 0], await ReceiveAsync(rig.Target, Header.Length + 1));
        for (byte i = 0; i < 200; i++)
        {
            await SendAsync(rig.Client, [i]);
            Assert.Equal([i], await ReceiveAsync(rig.Target, 1));
            await SendAsync(rig.Target, [i, i]);
            Assert.Equal([i, i], await ReceiveAsync(rig.Client, 2));
        }

        await AssertIsHandedOverAsync(rig);
        Assert.Equal((201, 400), (rig.Counters.InputBytes, rig.Counters.OutputBytes));
    }

    [Fact]
    public async Task HandedOver_NothingMovesForIdleTimeout_IsEnded()
    {
        FakeTimeProvider time = new();
        await using var rig = await StartAsync(time, TimeSpan.FromSeconds(10));
        await MoveEnoughAsync(rig);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(rig.Relay.IsCompleted);

        // The loop's timers look again when the first was too early.
        time.Advance(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(RelayOutcome.IdleTimeout, await rig.Relay);
        Assert.Equal(0, await rig.Client.ReceiveAsync(new byte[1], Token));
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task HandedOver_StreamAborted_EndsAndResetsThatSide()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        await MoveEnoughAsync(rig);
        rig.ClientStream.Abort();

        Assert.Equal(RelayOutcome.Aborted, await rig.Relay);
        var e = await Assert.ThrowsAsync<SocketException>(async () => await rig.Client.ReceiveAsync(new byte[1], Token));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AbortedAtAnyMoment_EndsTheRelay(bool client)
    {
        for (var round = 0; round < 50; round++)
        {
            await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
            var sending = SendUntilClosedAsync(rig.Client);
            _ = await ReceiveAsync(rig.Target, 1 + ((round % 5) * 40_000));
            var draining = DrainAsync(rig.Target);
            (client ? rig.ClientStream : rig.TargetStream).Abort();
            await rig.Relay;
            rig.ClientStream.Dispose();
            rig.TargetStream.Dispose();
            await draining;
            await sending;
        }
    }

    private static Task<RelayRig> StartAsync(TimeProvider time, TimeSpan idleTimeout) =>
        RelayRig.StartAsync(time, idleTimeout, static x => new HeldHeaderStream(x, Header, TimeSpan.FromMinutes(1), TimeProvider.System, new BufferPool()));

    /// <summary>So much that the relay is in the loop's hands, where there is one.</summary>
    private static async Task MoveEnoughAsync(RelayRig rig)
    {
        var sending = SendAsync(rig.Client, new byte[1_000_000]);
        _ = await ReceiveAsync(rig.Target, Header.Length + 1_000_000);
        await sending;
        await AssertIsHandedOverAsync(rig);
    }

    private static async Task AssertIsHandedOverAsync(RelayRig rig)
    {
        if (rig.ClientStream is LoopStream client)
        {
            await Eventually.TrueAsync("handed over", TimeSpan.FromSeconds(30), () => client.IsPumped && ((LoopStream)rig.TargetStream).IsPumped, Token);
        }
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        var rest = bytes.AsMemory();
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, Token)..];
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        var total = 0;
        int count;
        while (total < length && (count = await socket.ReceiveAsync(bytes.AsMemory(total), Token)) > 0)
        {
            total += count;
        }

        return bytes[..total];
    }

    private static async Task DrainAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The relay has ended with a reset.
        }
    }

    private static async Task SendUntilClosedAsync(Socket socket)
    {
        try
        {
            while (true)
            {
                await socket.SendAsync(new byte[64 * 1024], Token);
            }
        }
        catch (SocketException)
        {
            // The relay has ended.
        }
    }
}

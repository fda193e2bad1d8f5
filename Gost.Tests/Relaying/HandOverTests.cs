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
        var (sendingUp, sendingDown) = (rig.Client.SendAllAsync(up, Token), rig.Target.SendAllAsync(down, Token));
        var receivingUp = rig.Target.ReceiveAllAsync(Header.Length + up.Length, Token);

        Assert.Equal(down, await rig.Client.ReceiveAllAsync(down.Length, Token));
        Assert.Equal((byte[])[.. Header, .. up], await receivingUp);
        await Task.WhenAll(sendingUp, sendingDown);
        await AssertIsHandedOverAsync(rig);

        rig.Target.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await rig.Client.ReceiveAsync(new byte[1], Token));
        await rig.Client.SendAllAsync(new byte[] { 1, 2 }, Token);
        Assert.Equal([1, 2], await rig.Target.ReceiveAllAsync(2, Token));
        rig.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(RelayOutcome.TargetEnded, await rig.Relay);
        Assert.Equal((up.Length + 2, down.Length), (rig.Counters.InputBytes, rig.Counters.OutputBytes));
    }

    [Fact]
    public async Task OneDirectionOnly_Bulk_IsHandedOverThoughTheOtherWaits()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        var up = RandomNumberGenerator.GetBytes(2_000_000);
        var sending = rig.Client.SendAllAsync(up, Token);

        Assert.Equal((byte[])[.. Header, .. up], await rig.Target.ReceiveAllAsync(Header.Length + up.Length, Token));
        await sending;
        await AssertIsHandedOverAsync(rig);
        await rig.Target.SendAllAsync("answer"u8.ToArray(), Token);
        Assert.Equal("answer"u8.ToArray(), await rig.Client.ReceiveAllAsync(6, Token));
    }

    [Fact]
    public async Task OneDirectionOver_Bulk_TheOtherIsHandedOver()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        rig.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(Header, await rig.Target.ReceiveAllAsync(Header.Length, Token));
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
        var down = RandomNumberGenerator.GetBytes(2_000_000);
        var sending = rig.Target.SendAllAsync(down, Token);

        Assert.Equal(down, await rig.Client.ReceiveAllAsync(down.Length, Token));
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
        await rig.Client.SendAllAsync(new byte[] { 0 }, Token);
        Assert.Equal((byte[])[.. Header, 0], await rig.Target.ReceiveAllAsync(Header.Length + 1, Token));
        for (byte i = 0; i < 200; i++)
        {
            await rig.Client.SendAllAsync(new byte[] { i }, Token);
            Assert.Equal([i], await rig.Target.ReceiveAllAsync(1, Token));
            await rig.Target.SendAllAsync(new byte[] { i, i }, Token);
            Assert.Equal([i, i], await rig.Client.ReceiveAllAsync(2, Token));
        }

        await AssertIsHandedOverAsync(rig);

        // Output is counted when it has been written: the client may have it before.
        await Eventually.TrueAsync("counted", TimeSpan.FromSeconds(30), () => rig.Counters.OutputBytes >= 400, Token);
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
        await rig.Client.AssertResetAsync(Token);
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
            var sending = rig.Client.SendUntilClosedAsync(Token);
            _ = await rig.Target.ReceiveAllAsync(1 + ((round % 5) * 40_000), Token);
            var draining = rig.Target.DrainAsync(Token);
            (client ? rig.ClientStream : rig.TargetStream).Abort();
            await rig.Relay;
            rig.ClientStream.Dispose();
            rig.TargetStream.Dispose();
            _ = await draining; // an end or a reset
            await sending;
        }
    }

    private static Task<RelayRig> StartAsync(TimeProvider time, TimeSpan idleTimeout) =>
        RelayRig.StartAsync(time, idleTimeout, static x => new HeldHeaderStream(x, Header, TimeSpan.FromMinutes(1), TimeProvider.System, new BufferPool()));

    /// <summary>So much that the relay is in the loop's hands, where there is one.</summary>
    private static async Task MoveEnoughAsync(RelayRig rig)
    {
        var sending = rig.Client.SendAllAsync(new byte[1_000_000], Token);
        _ = await rig.Target.ReceiveAllAsync(Header.Length + 1_000_000, Token);
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
}

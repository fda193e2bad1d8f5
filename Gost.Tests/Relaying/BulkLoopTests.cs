using System.Net.Sockets;
using System.Security.Cryptography;
using Gost.Engine.Net.Loops;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Relaying;

/// <summary>While a relay moves much it lives on a loop for such relays, where small messages of others need not wait for it.</summary>
public sealed class BulkLoopTests
{
    private static readonly byte[] Much = RandomNumberGenerator.GetBytes(16_000_003);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MuchThenLittle_MovesThereAndBack_AndArrivesWhole(bool fromClient)
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        var (source, sink) = fromClient ? (rig.Client, rig.Target) : (rig.Target, rig.Client);
        await Eventually.TrueAsync("begins on a loop for small messages", TimeSpan.FromSeconds(30), () => IsOn(rig, bulk: false), Token);

        await MoveUntilBulkAsync(rig, source, sink);
        for (var i = 0; !IsOn(rig, bulk: false); i++)
        {
            Assert.InRange(i, 0, 1000);
            await ExchangeAsync(sink, source);
            await ExchangeAsync(source, sink);
        }

        await MoveUntilBulkAsync(rig, source, sink);
        source.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await sink.ReceiveAsync(new byte[1], Token));
        await ExchangeAsync(sink, source);
        sink.Shutdown(SocketShutdown.Send);
        Assert.Equal(fromClient ? RelayOutcome.ClientEnded : RelayOutcome.TargetEnded, await rig.Relay);
    }

    [Fact]
    public async Task Loops_AFewThatMoveMuch_ShareOne()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        List<EventLoop> picked = [];
        for (var relay = 0; relay < 12; relay++)
        {
            picked.Add(rig.Loops!.TryPick(isBulk: true)!);
            picked[^1].AddLoad(2);
        }

        Assert.Single(picked[..4].Distinct());
        Assert.Equal(Math.Min(2, rig.Loops!.All.Length), picked[..8].Distinct().Count());
        Assert.InRange(picked.CountBy(static x => x).Max(static x => x.Value), 1, Math.Max(4, (12 / rig.Loops.All.Length) + 1));
        Assert.All(picked, static x => Assert.True(x.IsBulk));
        picked.ForEach(static x => x.AddLoad(-2));
    }

    [Fact]
    public async Task SmallMessages_KeepTheirLoop()
    {
        await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
        for (var i = 0; i < 1000; i++)
        {
            await ExchangeAsync(rig.Client, rig.Target);
            await ExchangeAsync(rig.Target, rig.Client);
        }

        Assert.True(IsOn(rig, bulk: false));
    }

    [Fact]
    public async Task Moved_WithoutIdleTimeout_IsNeverEnded()
    {
        FakeTimeProvider time = new();
        await using var rig = await StartAsync(time, TimeSpan.Zero);
        time.Advance(TimeSpan.FromMinutes(1)); // old enough to be probed, for what that may have left behind
        await MoveUntilBulkAsync(rig, rig.Client, rig.Target);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await ExchangeAsync(rig.Client, rig.Target);
        }

        Assert.False(rig.Relay.IsCompleted);
    }

    [Fact]
    public async Task Moved_NothingMovesForIdleTimeout_IsEnded()
    {
        FakeTimeProvider time = new();
        await using var rig = await StartAsync(time, TimeSpan.FromMinutes(1));
        await MoveUntilBulkAsync(rig, rig.Client, rig.Target);
        time.Advance(TimeSpan.FromSeconds(59));
        await ExchangeAsync(rig.Client, rig.Target);
        Assert.False(rig.Relay.IsCompleted);

        // The loop's timers look again when the first was too early.
        await Eventually.TrueAsync(
            "ended",
            TimeSpan.FromSeconds(30),
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(30));
                return rig.Relay.IsCompleted;
            },
            Token);
        Assert.Equal(RelayOutcome.IdleTimeout, await rig.Relay);
        Assert.Equal(0, await rig.Client.ReceiveAsync(new byte[1], Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AbortedAboutWhenItMoves_EndsAndLeavesNothing(bool client)
    {
        for (var round = 0; round < 40; round++)
        {
            await using var rig = await StartAsync(TimeProvider.System, TimeSpan.Zero);
            var sending = rig.Client.SendUntilClosedAsync(Token);
            _ = await rig.Target.ReceiveAllAsync(3_000_000 + (round * 50_000), Token);
            var draining = rig.Target.DrainAsync(Token);
            (client ? rig.ClientStream : rig.TargetStream).Abort();
            Assert.NotEqual(RelayOutcome.None, await rig.Relay);
            rig.ClientStream.Dispose();
            rig.TargetStream.Dispose();
            _ = await draining; // an end or a reset
            await sending;
            Assert.All([.. rig.Loops!.All, .. LoopsOf(rig)], static x => Assert.Equal(0, x.Load));
        }
    }

    /// <summary>Whether both streams are on loops of that kind, and on no other.</summary>
    private static bool IsOn(RelayRig rig, bool bulk) =>
        LoopsOf(rig).All(x => x.IsBulk == bulk) && LoopsOf(rig).Sum(static x => x.Load) == 2 && rig.Loops!.All.Sum(static x => x.Load) == (bulk ? 0 : 2);

    private static IEnumerable<EventLoop> LoopsOf(RelayRig rig) => new[] { rig.ClientStream, rig.TargetStream }.Select(static x => ((LoopStream)x).Loop).Distinct();

    private static async Task<RelayRig> StartAsync(TimeProvider time, TimeSpan idleTimeout)
    {
        Assert.SkipWhen(TestLane.Refusal(DataLane.Kernel) is not null, TestLane.Refusal(DataLane.Kernel) ?? "");
        return await RelayRig.StartAsync(time, idleTimeout);
    }

    private static async Task ExchangeAsync(Socket from, Socket to)
    {
        await from.SendAllAsync(new byte[] { 1, 2, 3 }, Token);
        Assert.Equal([1, 2, 3], await to.ReceiveAllAsync(3, Token));
    }

    /// <summary>Moves much until both streams are on a loop for that, and everything has come.</summary>
    private static async Task MoveUntilBulkAsync(RelayRig rig, Socket source, Socket sink)
    {
        for (var i = 0; !IsOn(rig, bulk: true); i++)
        {
            Assert.InRange(i, 0, 100);
            var sending = source.SendAllAsync(Much, Token);
            var received = await sink.ReceiveAllAsync(Much.Length, Token);
            Assert.True(Much.AsSpan().SequenceEqual(received));
            await sending;
        }
    }
}

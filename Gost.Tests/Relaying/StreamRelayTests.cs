using System.Net.Sockets;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Relaying;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Relaying;

[Collection(AloneCollection.Name)]
[BothLanes]
public sealed class StreamRelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Relay_OneSideEnds_OtherDirectionGoesOn(bool clientEnds)
    {
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        var (ends, goesOn) = clientEnds ? (rig.Client, rig.Target) : (rig.Target, rig.Client);
        await ends.SendAsync(new byte[] { 1, 2, 3 }, Token);
        ends.Shutdown(SocketShutdown.Send);
        var buffer = new byte[16];
        Assert.Equal([1, 2, 3], await goesOn.ReceiveAllAsync(buffer.Length, Token));

        for (var i = 0; i < 3; i++)
        {
            await goesOn.SendAsync(new byte[] { 7 }, Token);
            Assert.Equal(1, await ends.ReceiveAsync(buffer, Token));
        }

        goesOn.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await ends.ReceiveAsync(buffer, Token));
        Assert.Equal(clientEnds ? RelayOutcome.ClientEnded : RelayOutcome.TargetEnded, await rig.Relay);
        Assert.Equal((3, 3), (rig.Counters.InputBytes, rig.Counters.OutputBytes));
    }

    [Fact]
    public async Task Relay_Idle_HoldsNoBuffer()
    {
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        await rig.Client.SendAsync(new byte[] { 1 }, Token);
        Assert.Equal(1, await rig.Target.ReceiveAsync(new byte[8], Token));
        await Eventually.TrueAsync("no buffer is out", TimeSpan.FromSeconds(30), () => rig.Buffers.Outstanding == 0, Token);
        Assert.False(rig.Relay.IsCompleted);
    }

    [Fact]
    public async Task Relay_ClientBreaks_TargetIsEnded()
    {
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        rig.Client.LingerState = new LingerOption(true, 0);
        rig.Client.Dispose();
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
        Assert.Equal(RelayOutcome.ClientFailed, await rig.Relay);
    }

    [Fact]
    public async Task Relay_TargetAnswersAndBreaksWhileClientSends_AnswerArrives()
    {
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        var buffer = new byte[64];
        var answer = rig.Client.ReceiveAsync(buffer, Token);
        await rig.Target.SendAsync("too large"u8.ToArray(), Token);
        rig.Target.Dispose();
        var sending = rig.Client.SendUntilClosedAsync(Token);

        Assert.Equal(9, await answer);
        await rig.Relay;
        rig.ClientStream.Dispose();
        await sending;
    }

    [Fact]
    public async Task Relay_NothingMovesForIdleTimeout_IsEnded()
    {
        FakeTimeProvider time = new();
        await using RelayRig rig = await RelayRig.StartAsync(time, TimeSpan.FromSeconds(10));
        var buffer = new byte[8];
        for (var i = 0; i < 5; i++)
        {
            // One direction is enough to keep both alive.
            time.Advance(TimeSpan.FromSeconds(9));
            await rig.Target.SendAsync(new byte[] { 1 }, Token);
            Assert.Equal(1, await rig.Client.ReceiveAsync(buffer, Token));
            await Eventually.TrueAsync("byte counted", TimeSpan.FromSeconds(30), () => rig.Counters.OutputBytes == i + 1, Token);
        }

        Assert.False(rig.Relay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(RelayOutcome.IdleTimeout, await rig.Relay);
        Assert.Equal(0, await rig.Client.ReceiveAsync(buffer, Token));
        Assert.Equal(0, await rig.Target.ReceiveAsync(buffer, Token));
    }

    [Fact]
    public async Task Relay_StreamAborted_EndsAndResetsThatSide()
    {
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        rig.ClientStream.Abort();
        rig.ClientStream.Abort();
        Assert.Equal(RelayOutcome.Aborted, await rig.Relay);
        await rig.Client.AssertResetAsync(Token);
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    public async Task Relay_StreamAbortedBeforeItsLoopGotToIt_EndsTheOther()
    {
        await using RelayRig rig = new(await SocketPair.CreateAsync(Token), await SocketPair.CreateAsync(Token), TimeProvider.System, TimeSpan.Zero, abortsFirst: true);
        Assert.Equal(RelayOutcome.Aborted, await rig.Relay);
        Assert.Equal(0, await rig.Target.ReceiveAsync(new byte[1], Token));
    }

    [Fact]
    [OneLane("the portable lane sets the option when it connects")]
    public async Task Relay_OfSomeAge_HasItsDialledSocketProbed()
    {
        FakeTimeProvider time = new();
        await using RelayRig rig = await RelayRig.StartAsync(time, TimeSpan.Zero);
        Assert.SkipUnless(rig.TargetStream is LoopStream, "the kernel lane runs on Linux");
        ((LoopStream)rig.TargetStream).SetKeepAliveLater(TcpKeepAlive.Default);
        var socket = RawSockets.Of(rig.TargetStream);
        await rig.Client.SendAsync(new byte[] { 1 }, Token);
        Assert.Equal(1, await rig.Target.ReceiveAsync(new byte[8], Token));
        Assert.Equal(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);

        time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(
            "probed",
            TimeSpan.FromSeconds(30),
            () => (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! != 0,
            Token);
        Assert.Equal(15, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
    }

    [Fact]
    public async Task Relay_SteadyRoundTrips_AllocateNothing()
    {
        const int RoundTrips = 2000;
        await using RelayRig rig = await RelayRig.StartAsync(TimeProvider.System, TimeSpan.Zero);
        // As memory: the overloads that take an array allocate a task per call.
        Memory<byte> buffer = new byte[16 * 1024];

        async Task ExchangeAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await rig.Client.SendAsync(buffer, SocketFlags.None);
                for (var received = 0; received < buffer.Length;)
                {
                    received += await rig.Target.ReceiveAsync(buffer, SocketFlags.None);
                }

                await rig.Target.SendAsync(buffer, SocketFlags.None);
                for (var received = 0; received < buffer.Length;)
                {
                    received += await rig.Client.ReceiveAsync(buffer, SocketFlags.None);
                }
            }
        }

        // Pools and tiers of compiled code settle first; the runtime itself allocates now and then, so the best of some runs counts.
        await ExchangeAsync(RoundTrips);
        var best = long.MaxValue;
        for (var run = 0; run < 20 && best > RoundTrips; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await ExchangeAsync(RoundTrips);
            best = Math.Min(best, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // Less than a byte per round trip of four operations: what remains belongs to the runtime's own timers and counters.
        Assert.InRange(best, 0, RoundTrips);
    }
}

using System.Net.Sockets;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Net.Loops;

public sealed class LoopStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACallBesideAPendingOne_OfTheSameDirection_IsRefusedAndDisturbsNothing()
    {
        Assert.SkipWhen(TestLane.Refusal(DataLane.Kernel) is not null, TestLane.Refusal(DataLane.Kernel) ?? "");
        using var loops = LaneChoice.Open(new EngineOptions { Lane = DataLane.Kernel }, TimeProvider.System, NullLoggerFactory.Instance);
        using var pair = await SocketPair.CreateAsync(Stop);
        await using var stream = LaneStreams.Over(pair.Near, loops);
        var sent = new byte[32 * 1024 * 1024]; // more than two sockets hold
        Random.Shared.NextBytes(sent);
        var (reading, writing) = (stream.ReadAsync(new byte[1], Stop).AsTask(), stream.WriteAsync(sent, Stop).AsTask());

        await Assert.ThrowsAsync<InvalidOperationException>(async () => Assert.Equal(0, await stream.ReadAsync(new byte[1], Stop)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.WriteAsync(new byte[1], Stop));

        var received = await pair.Far.ReceiveAllAsync(sent.Length, Stop);
        Assert.True(sent.AsSpan().SequenceEqual(received));
        await writing;
        await pair.Far.SendAllAsync(new byte[] { 7 }, Stop);
        Assert.Equal(1, await reading);
    }

    [Fact]
    public async Task GivenToALoopWithoutRoom_StaysWhereItWas()
    {
        Assert.SkipWhen(TestLane.Refusal(DataLane.Kernel) is not null, TestLane.Refusal(DataLane.Kernel) ?? "");
        using var loops = LaneChoice.Open(new EngineOptions { Lane = DataLane.Kernel }, TimeProvider.System, NullLoggerFactory.Instance);
        using var pair = await SocketPair.CreateAsync(Stop);
        await using var stream = Assert.IsType<LoopStream>(LaneStreams.Over(pair.Near, loops));
        var loop = stream.Loop;
        using EventLoop over = new(0, TimeProvider.System, NullLogger.Instance);
        over.Dispose();

        Assert.Throws<SocketException>(() => stream.GiveTo(null, over));

        Assert.Equal((loop, 1, 0), (stream.Loop, loop.Load, over.Load));
        await pair.Far.SendAllAsync(new byte[] { 7 }, Stop);
        Assert.Equal(1, await stream.ReadAsync(new byte[1], Stop));
        stream.Dispose();
        Assert.Equal(0, loop.Load);
    }
}

using System.Diagnostics;
using Gost.Engine.Net.Loops;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Net.Loops;

/// <summary>Who may look for events at once: as many as there are places, less the loops that move bulk data.</summary>
public sealed class SpinRoomTests
{
    private static readonly long Now = 1000 * Stopwatch.Frequency;

    [Fact]
    public void Room_WithAllPlacesTaken_LetsNobodyInUntilOneIsLeft()
    {
        SpinRoom room = new(2);
        Assert.True(room.TryEnter(Now));
        Assert.True(room.TryEnter(Now));
        Assert.False(room.TryEnter(Now));
        room.Leave();
        Assert.True(room.TryEnter(Now));
    }

    [Fact]
    public void BulkLoop_ThatMovedJustNow_TakesAPlaceForAWhile()
    {
        SpinRoom room = new(1, bulkLoops: 2);
        room.NoteBulk(1, Now);
        Assert.False(room.TryEnter(Now));
        Assert.False(room.TryEnter(Now + (Stopwatch.Frequency / 1000)));
        Assert.True(room.TryEnter(Now + (Stopwatch.Frequency / 100)));
    }

    [Fact]
    public void BulkLoops_OfWhichFewerMoveThanThereArePlaces_LeaveTheRest()
    {
        SpinRoom room = new(2, bulkLoops: 4);
        room.NoteBulk(0, Now);
        room.NoteBulk(0, Now);
        Assert.True(room.TryEnter(Now));
        Assert.False(room.TryEnter(Now));
        room.Leave();
        room.NoteBulk(3, Now);
        Assert.False(room.TryEnter(Now));
    }

    [Fact]
    public void Room_BeforeAnyBulk_IsThereAtTheClocksBeginning() => Assert.True(new SpinRoom(1, bulkLoops: 1).TryEnter(0));

    [Fact]
    public async Task LoopForBulk_SaysSoWhenItWorks()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "event loops are Linux's");
        SpinRoom room = new(1, bulkLoops: 1);
        using EventLoop loop = new(0, TimeProvider.System, NullLogger.Instance, bulkRoom: room);
        loop.Start();
        await LoopCall.OnAsync(loop, static () => { }).WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(loop.IsBulk);
        Assert.False(room.TryEnter(now: 0));
    }
}

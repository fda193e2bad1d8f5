using Gost.Engine.Relaying;
using Xunit;

namespace Gost.Tests.Relaying;

public sealed class BulkGaugeTests
{
    private const int KiB = 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(16 * KiB)]
    [InlineData(32 * KiB)]
    public void SmallTurns_NeverLeaveTheLoopsForThem(int bytes)
    {
        BulkGauge gauge = default;
        Assert.Equal(0, CountUntilChange(ref gauge, onBulkLoop: false, bytes));
    }

    [Theory]
    [InlineData(16 * KiB)]
    [InlineData(2048 * KiB)]
    public void LargeTurns_NeverLeaveTheLoopsForThem(int bytes)
    {
        BulkGauge gauge = default;
        Assert.Equal(0, CountUntilChange(ref gauge, onBulkLoop: true, bytes));
    }

    [Fact]
    public void LargeTurns_WithSmallOnesBetween_LeaveAfterSomeMegabytes()
    {
        BulkGauge gauge = default;
        Assert.InRange(CountUntilChange(ref gauge, onBulkLoop: false, 256 * KiB, 1 * KiB), 20, 60);
    }

    [Fact]
    public void TinyTurns_LeaveTheLoopForBulkAfter64_AndATransferBeginsThemAnew()
    {
        BulkGauge gauge = default;
        Assert.InRange(CountUntilChange(ref gauge, onBulkLoop: true, 10), 64, 65);
        gauge.Reset();
        for (var i = 0; i < 60; i++)
        {
            Assert.False(gauge.Note(10, onBulkLoop: true));
        }

        Assert.False(gauge.Note(1024 * KiB, onBulkLoop: true));
        Assert.InRange(CountUntilChange(ref gauge, onBulkLoop: true, 10), 64, 65);
    }

    [Fact]
    public void ATurnThatReadNothing_SaysNothing()
    {
        BulkGauge gauge = default;
        Assert.Equal(0, CountUntilChange(ref gauge, onBulkLoop: true, 0));
    }

    /// <summary>Turns of these sizes, one after the other and again, until a change is due; 0 = it never is.</summary>
    private static int CountUntilChange(ref BulkGauge gauge, bool onBulkLoop, params int[] sizes)
    {
        for (var i = 1; i <= 100_000; i++)
        {
            if (gauge.Note(sizes[(i - 1) % sizes.Length], onBulkLoop))
            {
                return i;
            }
        }

        return 0;
    }
}

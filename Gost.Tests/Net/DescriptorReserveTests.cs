using System.Net.Sockets;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Net;

public sealed class DescriptorReserveTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly StubDescriptorProbe _probe = new() { Limit = 1024, Open = 100 };

    [Theory]
    [InlineData(990, 2, true)]
    [InlineData(990, 3, false)]
    [InlineData(1024, 0, false)]
    public void HasRoom_NearLimit_KeepsReserve(long open, int more, bool expected)
    {
        _probe.Open = open;
        Assert.Equal(expected, new DescriptorReserve(new EngineOptions(), _time, _probe).HasRoom(more));
    }

    [Fact]
    public void HasRoom_LimitChangedFromOutside_IsSeenWithinMeasurementAge()
    {
        DescriptorReserve reserve = new(new EngineOptions(), _time, _probe);
        Assert.True(reserve.HasRoom(1));
        _probe.Limit = 110;
        _time.Advance(DescriptorReserve.MeasurementAge);
        Assert.False(reserve.HasRoom(1));
    }

    [Fact]
    public void TryAdmit_FlowsThatHaveNotDialled_CountTwice()
    {
        _probe.Open = 1024 - 32 - 5;
        DescriptorReserve reserve = new(new EngineOptions(), _time, _probe);
        List<FlowTicket> tickets = [];
        while (reserve.TryAdmit() is { } ticket)
        {
            // The next accepted descriptor is open before it is asked for.
            tickets.Add(ticket);
            _probe.Open++;
        }

        Assert.Equal(3, tickets.Count);
        Assert.Equal(3, reserve.Pending);
        tickets.ForEach(static x => x.Settle());
        tickets.ForEach(static x => x.Settle());
        Assert.Equal(0, reserve.Pending);
    }

    [Fact]
    public async Task WaitForRoom_RoomComesBack_AllWaitersGoOn()
    {
        _probe.Open = 1000;
        DescriptorReserve reserve = new(new EngineOptions(), _time, _probe);
        var first = reserve.WaitForRoomAsync(TestContext.Current.CancellationToken);
        var second = reserve.WaitForRoomAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource given = new();
        var givesUp = reserve.WaitForRoomAsync(given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);

        _time.Advance(DescriptorReserve.PollInterval * 3);
        Assert.False(first.IsCompleted || second.IsCompleted);
        _probe.Open = 990;
        _time.Advance(DescriptorReserve.PollInterval);
        await first;
        await second;
    }

    [Fact]
    public void LinuxProbe_OneMoreSocket_CountsOneMore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        LinuxDescriptorProbe probe = new();
        Assert.InRange(probe.Limit, 64, long.MaxValue);
        Assert.InRange(probe.Open, 3, probe.Limit);
        var before = probe.Open;
        var sockets = Enumerable.Range(0, 100).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToArray();

        // Other tests open and close descriptors meanwhile.
        Assert.InRange(probe.Open, before + 20, before + 2000);
        Array.ForEach(sockets, static x => x.Dispose());
    }
}

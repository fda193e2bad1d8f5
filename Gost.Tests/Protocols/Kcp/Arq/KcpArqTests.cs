using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Arq;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Arq;

public sealed class KcpArqTests
{
    private static readonly KcpOptions Defaults = new();
    private static readonly KcpOptions Fast = new() { NoDelay = true, Resend = 2, NoCongestion = true, SendWindow = 1024, ReceiveWindow = 1024 };

    public static TheoryData<int, double, int> Paths => new() { { 1, 0, 0 }, { 2, 0.05, 0 }, { 3, 0.1, 30 }, { 4, 0.3, 5 }, { 5, 0.02, 100 } };

    [Fact]
    public void Push_First_IsLaidOutAsOnTheWire()
    {
        using ArqEnd end = new(Defaults, 0x11223344);
        end.Arq.Write("hello"u8);
        var datagram = Assert.Single(end.Flush(100));
        Assert.Equal("443322115100200064000000000000000000000005000000" + "68656C6C6F", Convert.ToHexString(datagram));
    }

    [Fact]
    public void Acknowledgements_InSequence_AreOneForAll()
    {
        using ArqEnd left = new(Fast);
        using ArqEnd right = new(Fast);
        for (uint i = 0; i < 3; i++)
        {
            left.Arq.Write("x"u8);
            Assert.True(right.Arq.Input(Assert.Single(left.Flush(10 + i)), 50));
        }

        var ack = Assert.Single(ArqEnd.Headers(Assert.Single(right.Flush(60))));
        Assert.Equal(new SegmentHeader(7, SegmentCommand.Ack, 1021, 12, 2, 3, 0), ack);
    }

    [Fact]
    public void Acknowledgements_BehindAGap_AreEachSaid_AndComeBeforeData()
    {
        using ArqEnd left = new(Fast);
        using ArqEnd right = new(Fast);
        List<byte[]> sent = [];
        for (uint i = 0; i < 4; i++)
        {
            left.Arq.Write("x"u8);
            sent.AddRange(left.Flush(i));
        }

        right.Arq.Input(sent[0], 5);
        right.Arq.Input(sent[3], 5);
        right.Arq.Input(sent[2], 5);
        right.Arq.Write("y"u8);
        var headers = ArqEnd.Headers(Assert.Single(right.Flush(6)));
        Assert.Equal([(SegmentCommand.Ack, 3u), (SegmentCommand.Ack, 2u), (SegmentCommand.Push, 0u)], headers.Select(static x => (x.Command, x.Number)));
        Assert.All(headers, static x => Assert.Equal(1u, x.Unacknowledged));
    }

    [Fact]
    public void Window_IsWhatIsFreeOfTheUnread()
    {
        using ArqEnd left = new(Defaults);
        using ArqEnd right = new(Defaults);
        left.Arq.Write("x"u8);
        right.Arq.Input(Assert.Single(left.Flush(0)), 0);
        Assert.Equal(31, Assert.Single(ArqEnd.Headers(Assert.Single(right.Flush(0)))).Window);
        Assert.Equal("x"u8.ToArray(), right.ReadAll());
        right.Arq.Write("y"u8);
        Assert.Equal(32, Assert.Single(ArqEnd.Headers(Assert.Single(right.Flush(0)))).Window);
    }

    [Fact]
    public void SmallWrites_ThatWait_BecomeOneSegment()
    {
        using ArqEnd end = new(Defaults with { SendWindow = 1 });
        end.Arq.Write("a"u8);
        Assert.Single(end.Flush(0));
        end.Arq.Write("b"u8);
        end.Arq.Write("c"u8);
        Assert.Empty(end.Flush(1));
        end.Arq.Input(Ack(0, 1, 32), 5);
        var datagram = Assert.Single(end.Flush(5));
        Assert.Equal("bc"u8.ToArray(), datagram[SegmentHeader.Size..]);
    }

    [Fact]
    public void Loss_OvertakenByOthers_IsRepeatedBeforeItTimesOut_AndOnlyOnce()
    {
        using ArqEnd end = new(Defaults with { NoCongestion = true });
        List<byte[]> sent = [];
        for (uint i = 0; i < 6; i++)
        {
            end.Arq.Write("x"u8);
            sent.AddRange(end.Flush(i));
        }

        for (uint number = 1; number < 6; number++)
        {
            end.Arq.Input(Ack(number, 0, 32), 20);
        }

        Assert.Equal(0u, Assert.Single(ArqEnd.Headers(Assert.Single(end.Flush(20)))).Number);
        end.Arq.Input(Ack(5, 0, 32), 21);
        Assert.Empty(end.Flush(21));
        Assert.Equal(1, end.Arq.Resent);
    }

    [Fact]
    public void Loss_OfTheLast_IsRepeatedWhenItTimesOut_LaterEachTime()
    {
        using ArqEnd end = new(Fast);
        end.Arq.Write("x"u8);
        end.Flush(0);
        List<uint> times = [];
        for (uint now = 1; now < 3000; now++)
        {
            if (end.Flush(now).Count > 0)
            {
                times.Add(now);
            }
        }

        Assert.Equal([200, 500, 950, 1625, 2637], times);
        Assert.Equal(2637u + 1518, end.Arq.DueAt());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Transfer_OverABadPath_IsIntact(int seed, double loss, int jitter)
    {
        foreach (var options in new[] { Defaults, Fast })
        {
            using ArqEnd left = new(options);
            using ArqEnd right = new(options);
            SimulatedPath path = new(left, right, seed) { Loss = loss, Jitter = jitter, Repetition = loss };
            var bytes = Bytes(400_000);
            Assert.Equal(bytes, path.Transfer(bytes, 600_000));
            Assert.Equal(0, left.Buffers.Outstanding);
            Assert.Equal(0, right.Buffers.Outstanding);
        }
    }

    [Fact]
    public void Transfer_WithAWindowOfOne_IsOneSegmentPerRoundTrip()
    {
        using ArqEnd left = new(Defaults with { SendWindow = 1, ReceiveWindow = 1 });
        using ArqEnd right = new(Defaults with { SendWindow = 1, ReceiveWindow = 1 });
        SimulatedPath path = new(left, right, 1) { Loss = 0.1 };
        var bytes = Bytes(30_000);
        Assert.Equal(bytes, path.Transfer(bytes, 60_000));
        Assert.True(path.Elapsed > 20 * 22, $"{path.Elapsed} ms");
    }

    [Fact]
    public void Transfer_OverTheEndOfNumbersAndClock_IsIntact()
    {
        const uint first = uint.MaxValue - 50;
        using ArqEnd left = new(Fast, firstNumber: first);
        using ArqEnd right = new(Fast, firstNumber: first);
        SimulatedPath path = new(left, right, 9, start: uint.MaxValue - 100) { Loss = 0.05, Jitter = 20 };
        var bytes = Bytes(400_000);
        Assert.Equal(bytes, path.Transfer(bytes, 60_000));
    }

    [Fact]
    public void Transfer_WhenNobodyReads_StopsAtTheWindow_AndGoesOnAlthoughTheNewsIsLost()
    {
        using ArqEnd left = new(Fast with { SendWindow = 64 });
        using ArqEnd right = new(Fast with { ReceiveWindow = 32 });
        SimulatedPath path = new(left, right, 3) { Loss = 0.3 };
        var bytes = Bytes(200_000);
        Assert.Equal(bytes, path.Transfer(bytes, 600_000, static elapsed => elapsed % 20_000 > 10_000));
        Assert.True(path.Elapsed > 10_000);
    }

    [Fact]
    public void Receiver_TakesNoMoreThanItsWindow_WhateverIsSent()
    {
        using ArqEnd right = new(Defaults);
        for (uint number = 0; number < 100_000; number += 3)
        {
            right.Arq.Input(Push(number, 1000), 0);
        }

        Assert.True(right.Arq.SlotsUsed <= 32, $"{right.Arq.SlotsUsed} slots");
    }

    [Fact]
    public void Congestion_LossesOfOneWindow_ShrinkItOnce()
    {
        CongestionWindow window = new(isOff: false, limit: 128);
        window.OnTaken(60, 60);
        Assert.Equal(64, window.Size);
        window.OnLoss(64, 124);
        window.OnLoss(64, 124);
        Assert.Equal(32, window.Size);
        window.OnTaken(10, 100);
        Assert.Equal(32, window.Size);
        window.OnTaken(32, 124);
        Assert.Equal(33, window.Size);
        window.OnTimeOut(33, 160);
        Assert.Equal(8, window.Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("07000000510020000000")]
    [InlineData("080000005100200000000000000000000000000000000000")] // another conversation
    [InlineData("070000005000200000000000000000000000000000000000")] // no such command
    [InlineData("070000005100200000000000000000000000000001000000")] // more data than there is
    public void Input_ThatIsNoSegment_IsRefused(string hex)
    {
        using ArqEnd end = new(Defaults);
        Assert.False(end.Arq.Input(Convert.FromHexString(hex), 0));
    }

    [Fact]
    public void Input_AcknowledgingWhatWasNotSent_ChangesNothing()
    {
        using ArqEnd end = new(Defaults);
        end.Arq.Write("x"u8);
        end.Arq.Input(Ack(5, 9, 0), 1);
        Assert.Single(end.Flush(2));
        Assert.False(end.Arq.IsDrained);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Ack(uint number, uint unacknowledged, ushort window)
    {
        var bytes = new byte[SegmentHeader.Size];
        new SegmentHeader(7, SegmentCommand.Ack, window, 0, number, unacknowledged, 0).Write(bytes);
        return bytes;
    }

    private static byte[] Push(uint number, int length)
    {
        var bytes = new byte[SegmentHeader.Size + length];
        new SegmentHeader(7, SegmentCommand.Push, 32, 0, number, 0, (uint)length).Write(bytes);
        return bytes;
    }
}

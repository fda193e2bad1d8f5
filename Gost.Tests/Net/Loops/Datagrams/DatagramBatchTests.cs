using System.Net;
using System.Net.Sockets;
using Gost.Engine.Net.Batches;
using Gost.Engine.Net.Loops.Datagrams;
using Xunit;
using static Gost.Tests.Protocols.Udp.UdpForwardingTests;

namespace Gost.Tests.Net.Loops.Datagrams;

public sealed unsafe class DatagramBatchTests : IDisposable
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int NoCheck = 11; // SO_NO_CHECK

    private readonly Socket _sender = Bound();
    private readonly Socket _receiver = Bound();
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);
    private readonly DatagramSlots? _slots;
    private readonly DatagramBatch? _batch;
    private readonly CountingOwner _owner = new();

    public DatagramBatchTests()
    {
        if (LinuxDatagramCalls.IsSupported)
        {
            (_slots, _batch) = (new DatagramSlots(64, withSenders: true), new DatagramBatch());
        }

        _receiver.Blocking = false;
        _sender.Connect(_receiver.LocalEndPoint!);
        new Random(7).NextBytes(_bytes);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Flush_RunsAndSingleDatagrams_ArriveInOrderAndWhole(bool joins, bool receivesRuns)
    {
        var (batch, slots) = Open();
        if (receivesRuns)
        {
            LoopDatagramSocket.ReceiveInRuns(_receiver);
        }

        int[] lengths = [.. Enumerable.Repeat(1000, 70), 20, 1000, 1000, 3, 0, 700, 1, 1000, 9000, 9000, 100];
        batch.Begin(_sender.SafeHandle);
        fixed (byte* bytes = _bytes)
        {
            var at = 0;
            foreach (var length in lengths)
            {
                Assert.True(batch.Add(_owner, bytes + at, length, Math.Max(1, length), int.MaxValue, default, joins));
                at += length;
            }
        }

        Assert.True(batch.Flush());
        Assert.True(batch.IsEmpty);
        var (seen, all) = Receive(slots, lengths.Length);
        Assert.Equal(lengths, seen);
        Assert.Equal(_bytes.AsSpan(0, lengths.Sum()).ToArray(), all);
        Assert.Equal(0, _owner.Faults);
    }

    [Fact]
    public void Add_RunWithAddress_GoesThere()
    {
        var (batch, slots) = Open();
        using var unconnected = Bound();
        var to = _receiver.LocalEndPoint!.Serialize(); // bound
        batch.Begin(unconnected.SafeHandle);
        fixed (byte* bytes = _bytes)
        {
            // 100 datagrams are more than one run may have, and 7 of the others do not fill the last one.
            Assert.True(batch.Add(_owner, bytes, (100 * 300) + 7, 300, int.MaxValue, to.Buffer.Span[..to.Size], joins: true));
        }

        Assert.True(batch.Flush());
        var (seen, all) = Receive(slots, 101);
        Assert.Equal([.. Enumerable.Repeat(300, 100), 7], seen);
        Assert.Equal(_bytes.AsSpan(0, 30_007).ToArray(), all);
        Assert.Equal(((IPEndPoint)unconnected.LocalEndPoint!).Port, (int)(ushort)IPAddress.NetworkToHostOrder(BitConverter.ToInt16(slots.Sender(0)[2..])));
    }

    [Fact]
    public void Add_LongerThanTheLimit_CutsEachDatagramOfTheRun()
    {
        var (batch, slots) = Open();
        batch.Begin(_sender.SafeHandle);
        fixed (byte* bytes = _bytes)
        {
            Assert.True(batch.Add(_owner, bytes, 1050, 200, 100, default, joins: true));
        }

        Assert.True(batch.Flush());
        var (seen, all) = Receive(slots, 6);
        Assert.Equal([100, 100, 100, 100, 100, 50], seen);
        Assert.Equal(_bytes.AsSpan(0, 100), all.AsSpan(0, 100));
        Assert.Equal(_bytes.AsSpan(800, 100), all.AsSpan(400, 100));
        Assert.Equal(_bytes.AsSpan(1000, 50), all.AsSpan(500));
    }

    [Fact]
    public void Flush_WayWithoutRuns_SendsOneByOneAndSaysSo()
    {
        var (batch, slots) = Open();

        // The kernel refuses runs from a socket that makes no checksums.
        _sender.SetRawSocketOption(SocketLevel, NoCheck, BitConverter.GetBytes(1));
        batch.Begin(_sender.SafeHandle);
        fixed (byte* bytes = _bytes)
        {
            Assert.True(batch.Add(_owner, bytes, 500, 100, int.MaxValue, default, joins: true));
            Assert.True(batch.Add(_owner, bytes + 500, 60, 60, int.MaxValue, default, joins: true));
        }

        Assert.True(batch.Flush());
        var (seen, all) = Receive(slots, 6);
        Assert.Equal([100, 100, 100, 100, 100, 60], seen);
        Assert.Equal(_bytes.AsSpan(0, 560).ToArray(), all);
        Assert.Equal(1, _owner.Stopped);
    }

    [Fact]
    public void Flush_TooLongForADatagram_LosesThatOneOnly()
    {
        var (batch, slots) = Open();
        batch.Begin(_sender.SafeHandle);
        fixed (byte* bytes = _bytes)
        {
            Assert.True(batch.Add(_owner, bytes, 10, 10, int.MaxValue, default, joins: true));
            Assert.True(batch.Add(_owner, bytes, 70_000, 70_000, int.MaxValue, default, joins: true));
            Assert.True(batch.Add(_owner, bytes + 10, 20, 20, int.MaxValue, default, joins: true));
        }

        Assert.True(batch.Flush());
        var (seen, all) = Receive(slots, 2);
        Assert.Equal([10, 20], seen);
        Assert.Equal(_bytes.AsSpan(0, 30).ToArray(), all);
        Assert.Equal(2, _owner.Faults);
    }

    [Fact]
    public void Receive_Closed_Throws()
    {
        var (_, slots) = Open();
        var handle = _receiver.SafeHandle;
        _receiver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => slots.Receive(handle, 0, 4));
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private (DatagramBatch Batch, DatagramSlots Slots) Open()
    {
        Assert.SkipUnless(LinuxDatagramCalls.IsSupported, "Linux on 64 bits");
        return (_batch!, _slots!); // made where it is supported
    }

    private (List<int> Lengths, byte[] Bytes) Receive(DatagramSlots slots, int datagrams)
    {
        List<int> lengths = [];
        List<byte> bytes = [];
        while (lengths.Count < datagrams)
        {
            var count = slots.Receive(_receiver.SafeHandle, 0, 4);
            Assert.True(count > 0 || _receiver.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead), $"{lengths.Count} of {datagrams} have come");
            for (var slot = 0; slot < count; slot++)
            {
                var run = slots.Bytes(slot).Span;
                bytes.AddRange(run);
                do
                {
                    lengths.Add(Math.Min(run.Length, slots.Size(slot)));
                    run = run[lengths[^1]..];
                }
                while (run.Length > 0);
            }
        }

        return (lengths, [.. bytes]);
    }

    private sealed class CountingOwner : IBatchOwner
    {
        public int Stopped { get; private set; }

        public int Faults { get; private set; }

        public void StopJoining(bool towardsClient) => Stopped++;

        public void SendFailed(SocketError error, bool towardsClient) => Faults++;
    }
}

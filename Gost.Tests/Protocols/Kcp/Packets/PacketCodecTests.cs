using System.Buffers.Binary;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Packets;

public sealed class PacketCodecTests
{
    public static TheoryData<string> Crypts => [.. PacketKey.Names];

    [Theory]
    [MemberData(nameof(Crypts))]
    public void Sealed_Opened_GivesTheSegmentsOfEveryLength(string crypt)
    {
        PacketCodecs codecs = new(new KcpOptions { Crypt = crypt, Key = "k" });
        using var here = codecs.Create();
        using var there = codecs.Create();
        SentDatagrams sent = new();
        ReceivedSegments received = new();
        List<byte[]> segments = [.. Enumerable.Range(24, 300).Append(1372).Select(static x => Segments(x))];
        segments.ForEach(x => sent.Seal(here, x));
        Assert.All(sent.All, x => Assert.True(there.Open(x, received)));
        Assert.Equal(segments.Select(Convert.ToHexString), received.All.Select(Convert.ToHexString));
    }

    [Theory]
    [MemberData(nameof(Crypts))]
    public void Sealed_ChangedByAByte_IsDropped(string crypt)
    {
        PacketCodecs codecs = new(new KcpOptions { Crypt = crypt, DataShards = 0 });
        using var here = codecs.Create();
        using var there = codecs.Create();
        SentDatagrams sent = new();
        ReceivedSegments received = new();
        sent.Seal(here, Segments(100));
        var datagram = sent.All[0];
        for (var i = 16; i < datagram.Length; i++)
        {
            byte[] changed = [.. datagram];
            changed[i] ^= 0x20;
            Assert.False(there.Open(changed, received));
        }

        Assert.Empty(received.All);
    }

    [Fact]
    public void Open_OtherKey_Drops()
    {
        using var here = new PacketCodecs(new KcpOptions { Key = "one" }).Create();
        using var there = new PacketCodecs(new KcpOptions { Key = "another" }).Create();
        SentDatagrams sent = new();
        sent.Seal(here, Segments(100));
        Assert.False(there.Open(sent.All[0], new ReceivedSegments()));
    }

    [Theory]
    [InlineData(10, 3, 28)]
    [InlineData(0, 0, 20)]
    [InlineData(10, 0, 20)]
    public void Overhead_Is20AndEightMoreWithFec(int data, int parity, int expected)
    {
        using var codec = new PacketCodecs(new KcpOptions { DataShards = data, ParityShards = parity, Crypt = "none" }).Create();
        Assert.Equal(expected, codec.Overhead);
    }

    [Fact]
    public void WithoutFec_ShardsOfAFarEndThatHasIt_AreTaken()
    {
        using var here = new PacketCodecs(new KcpOptions()).Create();
        using var there = new PacketCodecs(new KcpOptions { DataShards = 0, ParityShards = 0 }).Create();
        SentDatagrams sent = new();
        ReceivedSegments received = new();
        for (var i = 0; i < 10; i++)
        {
            sent.Seal(here, Segments(50 + i));
        }

        Assert.Equal(13, sent.All.Count);
        Assert.All(sent.All, x => Assert.True(there.Open(x, received)));
        Assert.Equal(10, received.All.Count);
    }

    [Fact]
    public void WithFec_SegmentsOfAFarEndWithoutIt_AreTaken()
    {
        using var here = new PacketCodecs(new KcpOptions { DataShards = 0, ParityShards = 0 }).Create();
        using var there = new PacketCodecs(new KcpOptions()).Create();
        SentDatagrams sent = new();
        ReceivedSegments received = new();
        sent.Seal(here, Segments(77));
        Assert.True(there.Open(sent.All[0], received));
        Assert.Equal(Segments(77), Assert.Single(received.All));
    }

    [Fact]
    public void ParityDatagrams_FollowTheTenth_AndAreAsLongAsTheLongest()
    {
        using var codec = new PacketCodecs(new KcpOptions()).Create();
        SentDatagrams sent = new();
        for (var i = 0; i < 20; i++)
        {
            sent.Seal(codec, Segments(i < 10 ? 1372 - i : 30 + i));
        }

        Assert.Equal([.. Enumerable.Range(0, 10).Select(static x => 1400 - x), 1400, 1400, 1400, .. Enumerable.Range(40, 10).Select(static x => x + 28), 77, 77, 77],
            sent.All.Select(static x => x.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(43)]
    [InlineData(1501)]
    [InlineData(65507)]
    public void Open_LengthThatNoDatagramHas_Drops(int length)
    {
        using var codec = new PacketCodecs(new KcpOptions { Crypt = "none" }).Create();
        Assert.False(codec.Open(new byte[length], new ReceivedSegments()));
    }

    [Fact]
    public void SealAndOpen_LongRun_AllocateNothing()
    {
        OptimizedBuild.Require();
        using var here = new PacketCodecs(new KcpOptions()).Create();
        using var there = new PacketCodecs(new KcpOptions()).Create();
        CountingSink sink = new(there);
        var segments = Segments(1372);
        sink.Run(here, segments, 200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sink.Run(here, segments, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2200, sink.Received);
    }

    private static byte[] Segments(int length)
    {
        var segments = new byte[length];
        new Random(length).NextBytes(segments);
        BinaryPrimitives.WriteUInt16LittleEndian(segments.AsSpan(4), 0x51);
        return segments;
    }

    private sealed class CountingSink(IPacketCodec there) : IDatagramSink, ISegmentSink
    {
        private readonly byte[] _room = new byte[1500];

        public int Received { get; private set; }

        public Span<byte> Reserve(int length) => _room.AsSpan(0, length);

        public void Commit(int length) => Assert.True(there.Open(_room.AsSpan(0, length), this));

        public void OnSegments(ReadOnlySpan<byte> segments) => Received++;

        public void Run(IPacketCodec here, byte[] segments, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var packet = Reserve(here.Overhead + segments.Length);
                segments.CopyTo(packet[here.Overhead..]);
                here.Seal(packet, this);
            }
        }
    }
}

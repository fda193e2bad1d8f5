using System.Buffers.Binary;
using Gost.Engine.Protocols.Kcp.Fec;
using Gost.Tests.Protocols.Kcp.Packets;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Fec;

public sealed class FecTests
{
    private const int Longest = 1474;

    [Fact]
    public void Matrix_OfTenAndThree_IsTheOneOnRecord()
    {
        FecMatrix matrix = new(10, 3);
        string[] rows = ["8196afb8d2c4fee80302", "9681b8afc4d2e8fe0203", "bfd6620a066fdfb70504"];
        for (var row = 0; row < rows.Length; row++)
        {
            Assert.Equal(rows[row], Convert.ToHexStringLower([.. Enumerable.Range(0, 10).Select(x => matrix[row, x])]));
        }
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(20, 20)]
    [InlineData(200, 56)]
    public void AnyLossUpToTheParity_IsRecovered(int data, int parity)
    {
        FecMatrix matrix = new(data, parity);
        FecEncoder encoder = new(matrix, Longest);
        using FecDecoder decoder = new(matrix, Longest);
        Random random = new(data);
        for (var group = 0; group < 40; group++)
        {
            var (shards, bodies) = MakeGroup(encoder, matrix, random);
            var order = Enumerable.Range(0, bodies.Count).ToArray();
            random.Shuffle(order);
            var lost = random.Next(parity + 1);
            ReceivedSegments received = new();
            foreach (var index in order.Skip(lost))
            {
                Feed(decoder, bodies[index], received);
            }

            // What FEC gives in addition is of the shards that were lost, or that had not come in when it could be made.
            var lostData = order.Take(lost).Where(x => x < data).Select(x => Convert.ToHexString(shards[x])).ToHashSet();
            Assert.Superset(lostData, received.All.Select(Convert.ToHexString).ToHashSet());
            Assert.Subset(shards.Select(Convert.ToHexString).ToHashSet(), received.All.Select(Convert.ToHexString).ToHashSet());
        }
    }

    [Fact]
    public void Groups_Interleaved_AreRecoveredEachByItself()
    {
        FecMatrix matrix = new(10, 3);
        FecEncoder encoder = new(matrix, Longest);
        using FecDecoder decoder = new(matrix, Longest);
        Random random = new(1);
        var groups = Enumerable.Range(0, 8).Select(_ => MakeGroup(encoder, matrix, random)).ToList();
        ReceivedSegments received = new();
        for (var i = 0; i < 13; i++)
        {
            foreach (var (index, (_, bodies)) in groups.Index())
            {
                if (i != index)
                {
                    Feed(decoder, bodies[i], received);
                }
            }
        }

        Assert.Superset(groups.Select(static (x, i) => Convert.ToHexString(x.Shards[i])).ToHashSet(), received.All.Select(Convert.ToHexString).ToHashSet());
    }

    [Fact]
    public void Numbers_WrapAtTheLastWholeGroup()
    {
        FecMatrix matrix = new(10, 3);
        Assert.Equal(uint.MaxValue / 13 * 13, matrix.SequenceEnd);
        FecEncoder encoder = new(matrix, Longest, first: matrix.SequenceEnd - 13);
        using FecDecoder decoder = new(matrix, Longest);
        ReceivedSegments received = new();
        Random random = new(2);
        var (before, last) = MakeGroup(encoder, matrix, random);
        var (after, first) = MakeGroup(encoder, matrix, random);
        Assert.Equal(matrix.SequenceEnd - 1, BinaryPrimitives.ReadUInt32LittleEndian(last[12]));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(first[0]));
        foreach (var body in last.Skip(1).Concat(first.Skip(1)))
        {
            Feed(decoder, body, received);
        }

        Assert.Equal([Convert.ToHexString(before[0]), Convert.ToHexString(after[0])], received.All.Select(Convert.ToHexString));
    }

    [Fact]
    public void FarEndWithOtherShards_RecoversNothing()
    {
        FecEncoder encoder = new(new FecMatrix(5, 2), Longest);
        using FecDecoder decoder = new(new FecMatrix(10, 3), Longest);
        ReceivedSegments received = new();
        Random random = new(3);
        for (var i = 0; i < 50; i++)
        {
            foreach (var body in MakeGroup(encoder, new FecMatrix(5, 2), random).Bodies.Where((_, x) => x != 2))
            {
                Feed(decoder, body, received);
            }
        }

        Assert.Empty(received.All);
    }

    [Fact]
    public void Duplicates_CountOnce()
    {
        FecMatrix matrix = new(10, 3);
        FecEncoder encoder = new(matrix, Longest);
        using FecDecoder decoder = new(matrix, Longest);
        var (shards, bodies) = MakeGroup(encoder, matrix, new Random(4));
        ReceivedSegments received = new();
        for (var i = 0; i < 20; i++)
        {
            Feed(decoder, bodies[1], received);
            Feed(decoder, bodies[11], received);
        }

        Assert.Empty(received.All);
        foreach (var body in bodies.Skip(1))
        {
            Feed(decoder, body, received);
        }

        Assert.Equal(shards[0], Assert.Single(received.All));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1350)]
    public void MultiplyAdd_AnyLengthAndFactor_IsTheSumOfProducts(int length)
    {
        Random random = new(length);
        var source = new byte[length];
        random.NextBytes(source);
        for (var factor = 0; factor < 256; factor++)
        {
            var sum = new byte[length + 5];
            random.NextBytes(sum);
            byte[] expected = [.. sum.Select((x, i) => i < length ? (byte)(x ^ Product((byte)factor, source[i])) : x)];
            GaloisField.MultiplyAdd((byte)factor, source, sum);
            Assert.Equal(expected, sum);
        }
    }

    private static byte Product(byte a, byte b)
    {
        var product = 0;
        for (int x = a, y = b; y != 0; y >>= 1)
        {
            product ^= (y & 1) != 0 ? x : 0;
            x = (x << 1) ^ (x >= 0x80 ? 0x11d : 0);
        }

        return (byte)product;
    }

    private static (List<byte[]> Shards, List<byte[]> Bodies) MakeGroup(FecEncoder encoder, FecMatrix matrix, Random random)
    {
        List<byte[]> shards = [];
        List<byte[]> bodies = [];
        for (var i = 0; i < matrix.DataShards; i++)
        {
            var segments = new byte[random.Next(24, 200)];
            random.NextBytes(segments);
            shards.Add(segments);
            byte[] body = [.. new byte[FecHeader.DataSize], .. segments];
            Assert.Equal(i == matrix.DataShards - 1, encoder.AddData(body));
            bodies.Add(body);
        }

        for (var i = 0; i < matrix.ParityShards; i++)
        {
            var parity = new byte[encoder.ParityLength];
            encoder.WriteParity(i, parity);
            bodies.Add(parity);
        }

        return (shards, bodies);
    }

    private static void Feed(FecDecoder decoder, byte[] body, ReceivedSegments received) => decoder.Add(
        BinaryPrimitives.ReadUInt32LittleEndian(body),
        BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(4)) == FecHeader.Data,
        body.AsSpan(FecHeader.Size),
        received);
}

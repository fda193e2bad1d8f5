using System.Buffers.Binary;
using Gost.Engine.Protocols.Kcp.Fec;
using Gost.Tests.Protocols.Kcp.Packets;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>Shards with any number, flag and bytes: nothing is thrown, and what is recovered is bounded by what came in.</summary>
public sealed class FecFuzz
{
    private const int Longest = 1474;

    [Fact]
    public Task Decoder_MutatedShards_ThrowsNothing() => FuzzRun.RunAsync(
        [Seed(10, 3, 4), Seed(2, 2, 30), Seed(10, 3, 13)],
        input =>
        {
            // What is fed to it: length(1), number(2), then so many bytes; flags follow the number but for every eighth.
            FecMatrix matrix = input.Length % 2 == 0 ? new(10, 3) : new(2, 2);
            using FecDecoder decoder = new(matrix, Longest);
            ReceivedSegments received = new();
            var shards = 0;
            for (ReadOnlySpan<byte> rest = input; rest.Length > 3; shards++)
            {
                var length = Math.Min(rest[0], rest.Length - 3);
                var number = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
                var isData = number % matrix.TotalShards < matrix.DataShards;
                decoder.Add(number, rest[0] == 0xff ? !isData : isData, rest.Slice(3, length), received);
                rest = rest[(3 + length)..];
            }

            Assert.True(received.All.Count <= shards);
            Assert.All(received.All, static x => Assert.InRange(x.Length, 1, byte.MaxValue));
            return Task.CompletedTask;
        });

    private static byte[] Seed(int data, int parity, int shards)
    {
        FecMatrix matrix = new(data, parity);
        FecEncoder encoder = new(matrix, Longest);
        List<byte> all = [];
        for (var i = 0; i < shards; i++)
        {
            byte[] body = [.. new byte[FecHeader.DataSize], .. Enumerable.Repeat((byte)i, 24 + (i % 7))];
            var isComplete = encoder.AddData(body);
            if (i % 3 != 0)
            {
                Add(body);
            }

            for (var j = 0; isComplete && j < parity; j++)
            {
                var made = new byte[encoder.ParityLength];
                encoder.WriteParity(j, made);
                Add(made);
            }
        }

        return [.. all];

        void Add(byte[] body)
        {
            all.Add((byte)(body.Length - FecHeader.Size));
            all.AddRange(body.AsSpan(0, 2));
            all.AddRange(body.AsSpan(FecHeader.Size));
        }
    }
}

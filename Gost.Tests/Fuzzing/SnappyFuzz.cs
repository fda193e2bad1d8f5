using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp.Compression;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>A compressed stream of any bytes: it is read or refused with <see cref="IOException"/>, with bounded buffers that are all given back.</summary>
public sealed class SnappyFuzz
{
    private const string Beginning = "ff060000734e61507059";

    [Fact]
    public Task Decoder_MutatedStreams_ReadsOrRefuses() => FuzzRun.RunAsync(
        [
            Convert.FromHexString(Beginning + "010c00004439ac2f0100000003000000" + "011f0000873374a0" + "01021300030000000101000a020007017f000001660768656c6c6f"),
            Compressed(200, 300), Compressed(70_000), Compressed(3, 4, 5),
            Convert.FromHexString(Beginning + "fe05000000000000008003000000aabb"),
        ],
        input =>
        {
            BufferPool buffers = new();
            using (SnappyDecoder decoder = new(buffers))
            {
                try
                {
                    Read(decoder, input);
                }
                catch (IOException)
                {
                    // What a violation is.
                }

                Assert.True(buffers.Outstanding <= 2);
            }

            Assert.Equal(0, buffers.Outstanding);
            return Task.CompletedTask;
        });

    private static void Read(SnappyDecoder decoder, byte[] input)
    {
        // Pieces and reads of sizes that the input itself gives.
        var destination = new byte[input.Length > 0 ? 1 + (input[^1] * 300) : 1];
        for (ReadOnlySpan<byte> rest = input; rest.Length > 0;)
        {
            while (decoder.TryRead(destination, out var count))
            {
                Assert.InRange(count, 1, destination.Length);
            }

            var room = decoder.GetRoom().Span;
            Assert.InRange(room.Length, 1, 256 * 1024);
            var piece = Math.Min(Math.Min(1 + (rest[0] * 8), rest.Length), room.Length);
            rest[..piece].CopyTo(room);
            decoder.Add(piece);
            rest = rest[piece..];
        }

        while (decoder.TryRead(destination, out _))
        {
        }
    }

    private static byte[] Compressed(params int[] lengths)
    {
        SnappyEncoder encoder = new();
        List<byte> all = [];
        foreach (var length in lengths)
        {
            var data = new byte[Math.Min(length, SnappyFraming.MaxData)];
            new Random(length).NextBytes(data.AsSpan(data.Length / 3));
            Array.Fill(data, (byte)7, data.Length / 2, data.Length / 4);
            var room = new byte[SnappyEncoder.RoomFor(data.Length)];
            all.AddRange(room.AsSpan(0, encoder.Encode(data, room)));
        }

        return [.. all];
    }
}

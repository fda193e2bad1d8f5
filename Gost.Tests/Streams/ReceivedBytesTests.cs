using CsCheck;
using Gost.Engine.Net;
using Gost.Streams;
using Xunit;

namespace Gost.Tests.Streams;

public sealed class ReceivedBytesTests
{
    [Fact]
    public void AnyAppendsAndReads_KeepTheOrder_AndGiveEveryChunkBack() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 40_000]).Array[1, 60].Sample(static steps =>
        {
            BufferPool buffers = new();
            ReceivedBytes bytes = new(buffers);
            var (written, read) = (0, 0);
            foreach (var (append, count) in steps)
            {
                var part = new byte[count];
                if (append)
                {
                    Fill(part, written);
                    bytes.Append(part);
                    written += count;
                    continue;
                }

                var expected = new byte[Math.Min(count, written - read)];
                Fill(expected, read);
                var got = bytes.Read(part);
                Assert.Equal(expected, part[..got]);
                read += got;
            }

            Assert.Equal(written - read, bytes.Length);
            if (bytes.Length == 0)
            {
                Assert.Equal(0, buffers.Outstanding);
            }

            bytes.Clear();
            Assert.Equal((0, 0), (bytes.Length, buffers.Outstanding));
        }, iter: 200);

    private static void Fill(Span<byte> part, int position)
    {
        for (var i = 0; i < part.Length; i++)
        {
            part[i] = (byte)((position + i) % 251);
        }
    }
}

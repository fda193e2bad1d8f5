using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Arq;
using Gost.Tests.Protocols.Kcp.Arq;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>A conversation fed with any segments throws nothing, holds no more than its windows, and gives every buffer back.</summary>
internal static class KcpSegmentFuzz
{
    private static readonly KcpOptions Options = new() { SendWindow = 16, ReceiveWindow = 16 };

    public static Task RunAsync(byte[] input)
    {
        ArqEnd end = new(Options);
        using (end)
        {
            end.Arq.Write(new byte[40_000]);
            end.Flush(0);
            uint now = 1;

            // Cut into datagrams of any length; each is followed by what a session does.
            for (var at = 0; at < input.Length;)
            {
                var length = Math.Min(input.Length - at, 1 + (input[at] * 8));
                end.Arq.Input(input.AsSpan(at, length), now);
                end.Arq.Write(new byte[100]);
                Assert.InRange(end.Arq.SlotsUsed, 0, 16 + 16 + KcpArq.WaitingSegments);
                Assert.InRange(end.Flush(now).Sum(static x => x.Length), 0, 400_000);
                if ((input[at] & 1) == 0)
                {
                    end.ReadAll();
                }

                at += length;
                now += (uint)(input[^1] * 10);
                Assert.True(end.Arq.DueAt() is not null || end.Arq.IsDrained);
            }

            end.Arq.Input(input, now);
            end.Flush(now);
        }

        Assert.Equal(0, end.Buffers.Outstanding);
        return Task.CompletedTask;
    }
}

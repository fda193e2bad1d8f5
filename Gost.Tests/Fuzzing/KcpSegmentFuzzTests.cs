using Gost.Engine.Protocols.Kcp.Arq;
using Xunit;

namespace Gost.Tests.Fuzzing;

public sealed class KcpSegmentFuzzTests
{
    [Fact]
    public Task Segments_Mutated_EndInNothingWorse() => FuzzRun.RunAsync(
        [
            Segment(SegmentCommand.Push, 0, 0, "hello"u8),
            [.. Segment(SegmentCommand.Ack, 0, 0, []), .. Segment(SegmentCommand.Ack, 2, 0, []), .. Segment(SegmentCommand.Push, 1, 1, new byte[30])],
            [.. Segment(SegmentCommand.Push, 15, 3, new byte[200]), .. Segment(SegmentCommand.Push, 16, 3, []), .. Segment(SegmentCommand.WindowAsk, 0, 5, [])],
            [.. Segment(SegmentCommand.WindowTell, 0, 16, []), .. Segment(SegmentCommand.Ack, uint.MaxValue, uint.MaxValue, [])],
        ],
        KcpSegmentFuzz.RunAsync);

    private static byte[] Segment(SegmentCommand command, uint number, uint unacknowledged, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[SegmentHeader.Size + data.Length];
        new SegmentHeader(7, command, 32, 1, number, unacknowledged, (uint)data.Length).Write(bytes);
        data.CopyTo(bytes.AsSpan(SegmentHeader.Size));
        return bytes;
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Gost.Engine.Protocols.WebSocket;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

/// <summary>The examples of RFC 6455 section 5.7, what GOST sends, and what breaks the protocol.</summary>
public sealed class FrameDecoderTests
{
    public static TheoryData<bool, string, string> Messages => new()
    {
        { false, "810548656c6c6f", "Hello" },
        { true, "818537fa213d7f9f4d5158", "Hello" },
        { false, "010348656c80026c6f", "Hello" },
        { false, "010348656c890548656c6c6f80026c6f", "Hello" },
        { true, "828400000001" + "01010001", "\u0001\u0001\0\0" },
        { false, "8200820161820082016282008a00", "ab" },
        { false, "827e0003616263", "abc" },
        { false, "827f0000000000000003616263", "abc" },
        { false, "01000000000161800162", "ab" },
    };

    public static TheoryData<bool, string> Faults => new()
    {
        { true, "810548656c6c6f" },
        { false, "818537fa213d7f9f4d5158" },
        { false, "c10161" },
        { false, "a10161" },
        { false, "910161" },
        { false, "830161" },
        { false, "8b00" },
        { false, "000161" },
        { false, "010161010162" },
        { false, "010161820162" },
        { false, "0900" },
        { false, "897e007e" },
        { false, "887f0000000000000001" },
        { false, "880103" },
        { false, "827f8000000000000000" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void Decode_WholeOrCutAnywhere_GivesTheStream(bool masked, string hex, string expected)
    {
        var input = Convert.FromHexString(hex);
        for (var cut = 0; cut <= input.Length; cut++)
        {
            FrameDecoder decoder = new(masked);
            var output = new byte[16];
            var count = decoder.Decode(input.AsSpan(0, cut), output, out var first);
            count += decoder.Decode(input.AsSpan(cut), output.AsSpan(count), out var second);

            Assert.Equal((cut, input.Length - cut), (first, second));
            Assert.Equal(expected, Encoding.Latin1.GetString(output, 0, count));
            Assert.False(decoder.IsInFrame);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Decode_IntoItsOwnInput_GivesTheStream(bool masked, string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex);

        var count = new FrameDecoder(masked).Decode(bytes, bytes, out _);

        Assert.Equal(expected, Encoding.Latin1.GetString(bytes, 0, count));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Decode_NoRoom_StopsBeforeTheStream(bool masked, string hex, string expected)
    {
        var input = Convert.FromHexString(hex);
        FrameDecoder decoder = new(masked);
        var output = new byte[1];
        var text = "";
        for (var at = 0; at < input.Length || decoder.IsInPayload;)
        {
            Assert.Equal(0, decoder.Decode(input.AsSpan(at), default, out var consumed));
            at += consumed;
            Assert.Equal(at < input.Length, decoder.IsInPayload);
            text += Encoding.Latin1.GetString(output, 0, decoder.Decode(input.AsSpan(at), output, out consumed));
            at += consumed;
        }

        Assert.Equal(expected, text);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Decode_BrokenProtocol_Throws(bool masked, string hex)
    {
        FrameDecoder decoder = new(masked);

        var fault = Assert.Throws<WebSocketFault>(() => decoder.Decode(Convert.FromHexString(hex), new byte[16], out _));

        Assert.True(fault.IsBreach);
    }

    [Theory]
    [InlineData("8800", 1005)]
    [InlineData("880203e8", 1000)]
    [InlineData("880603e962796521", 1001)]
    public void Decode_Close_GivesItsCodeAndLooksAtNothingBehindIt(string hex, int code)
    {
        FrameDecoder decoder = new(masked: false);
        var output = new byte[16];

        var count = decoder.Decode(Convert.FromHexString("820161" + hex + "ff"), output, out var consumed);

        Assert.Equal((1, 3 + (hex.Length / 2) + 1), (count, consumed));
        Assert.Equal(code, (int?)decoder.CloseCode);
    }

    [Fact]
    public void Decode_Pings_KeepsTheLast()
    {
        FrameDecoder decoder = new(masked: false);

        decoder.Decode(Convert.FromHexString("890161890162"), default, out _);

        Assert.Equal("62", Convert.ToHexString(decoder.TakePing() ?? []));
        Assert.Null(decoder.TakePing());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void Write_AnyLength_IsDecoded(int length)
    {
        var payload = new byte[length];
        new Random(1).NextBytes(payload);
        foreach (var mask in new uint?[] { null, MemoryMarshal.Read<uint>([1, 2, 3, 4]) })
        {
            var frame = new byte[length + Frame.MaxHeader];
            var size = Frame.Write(frame, Frame.Binary, payload, mask);
            FrameDecoder decoder = new(mask is not null);
            var output = new byte[length];

            Assert.Equal(length, decoder.Decode(frame.AsSpan(0, size), output, out var consumed));
            Assert.Equal(size, consumed);
            Assert.Equal(payload, output);
            Assert.False(decoder.IsInFrame);
        }
    }
}

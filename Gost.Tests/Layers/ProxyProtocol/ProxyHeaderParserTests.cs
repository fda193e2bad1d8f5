using System.Net;
using System.Text;
using CsCheck;
using Gost.Engine.Layers.ProxyProtocol;
using Xunit;

namespace Gost.Tests.Layers.ProxyProtocol;

public sealed class ProxyHeaderParserTests
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234 80\r\n", "192.0.2.1:1234", "198.51.100.2:80")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 0 65535\r\n", "[2001:db8::1]:0", "[2001:db8::2]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", null, null)]
    public void Parse_TextHeader_GivesAddressesAndLeavesTheRest(string text, string? source, string? destination)
    {
        var result = ProxyHeaderParser.Parse(Encoding.Latin1.GetBytes(text + "GET / HTTP/1.1"), out var header, out var length);
        Assert.Equal(ProxyParseResult.Complete, result);
        Assert.Equal(text.Length, length);
        Assert.Equal(new ProxyHeader(source is null ? null : IPEndPoint.Parse(source), destination is null ? null : IPEndPoint.Parse(destination)), header);
    }

    [Theory]
    [InlineData("PROXY TCP4 1.2.3 198.51.100.2 1234 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.256 198.51.100.2 1234 80\r\n")]
    [InlineData("PROXY TCP4 01.2.3.4 198.51.100.2 1234 80\r\n")]
    [InlineData("PROXY TCP4 ::1 ::2 1234 80\r\n")]
    [InlineData("PROXY TCP6 1.2.3.4 1.2.3.4 1234 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 65536 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 +1 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 01 80\r\n")]
    [InlineData("PROXY TCP4  1.2.3.4 1.2.3.4 1 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n")]
    [InlineData("PROXY UDP4 1.2.3.4 1.2.3.4 1 80\r\n")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 80\n")]
    [InlineData("PROXY \r\n")]
    public void Parse_BrokenText_IsInvalid(string text) => Assert.Equal(ProxyParseResult.Invalid, Parse(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Parse_TextWithoutEnd_IsInvalidAtItsLongest()
    {
        var text = Encoding.Latin1.GetBytes("PROXY UNKNOWN " + new string('x', 200));
        Assert.Equal(ProxyParseResult.NeedMore, Parse(text.AsSpan(0, 106)));
        Assert.Equal(ProxyParseResult.Invalid, Parse(text.AsSpan(0, 107)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("PROXYX")]
    [InlineData("X")]
    [InlineData("\r\n\r\nx")]
    public void Parse_OtherBytes_AreNoHeader(string text) => Assert.Equal(ProxyParseResult.None, Parse(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData(0x31, 0x11, 12)]
    [InlineData(0x22, 0x11, 12)]
    [InlineData(0x21, 0x11, 11)]
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x41, 12)]
    [InlineData(0x21, 0x11, 5000)]
    public void Parse_BrokenBinary_IsInvalid(byte command, byte family, int length) =>
        Assert.Equal(ProxyParseResult.Invalid, Parse([.. Signature, command, family, (byte)(length >> 8), (byte)length]));

    [Theory]
    [InlineData(0x20, 0x00, 0)]
    [InlineData(0x20, 0x11, 12)]
    [InlineData(0x21, 0x00, 0)]
    [InlineData(0x21, 0x31, 216)]
    [InlineData(0x20, 0x00, 300)]
    public void Parse_BinaryWithoutIPAddresses_NamesNobody(byte command, byte family, int length)
    {
        byte[] bytes = [.. Signature, command, family, (byte)(length >> 8), (byte)length, .. new byte[length], 1, 2, 3];
        Assert.Equal(ProxyParseResult.Complete, ProxyHeaderParser.Parse(bytes, out var header, out var used));
        Assert.Equal((16 + length, new ProxyHeader(null, null)), (used, header));
    }

    [Theory]
    [InlineData(1, "192.0.2.1:1234", "198.51.100.2:80")]
    [InlineData(2, "192.0.2.1:1234", "198.51.100.2:80")]
    [InlineData(1, "[2001:db8::1]:1234", "[2001:db8::2]:80")]
    [InlineData(2, "[2001:db8::1]:1234", "[2001:db8::2]:80")]
    public void Write_ThenParse_GivesTheSameAddressesAtEveryCut(int version, string source, string destination)
    {
        var bytes = ProxyHeaderWriter.Write(version, IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal(ProxyParseResult.NeedMore, Parse(bytes.AsSpan(0, cut)));
        }

        Assert.Equal(ProxyParseResult.Complete, ProxyHeaderParser.Parse(bytes, out var header, out var length));
        Assert.Equal((bytes.Length, new ProxyHeader(IPEndPoint.Parse(source), IPEndPoint.Parse(destination))), (length, header));
    }

    [Fact]
    public void Write_UnknownOrWildcardOrMixed_FollowsGost()
    {
        Assert.Equal(
            "PROXY TCP4 0.0.0.0 0.0.0.0 0 80\r\n",
            Encoding.ASCII.GetString(ProxyHeaderWriter.Write(1, null, new IPEndPoint(IPAddress.IPv6Any, 80))));
        Assert.Equal(
            "PROXY TCP4 127.0.0.1 10.0.0.1 5 80\r\n",
            Encoding.ASCII.GetString(ProxyHeaderWriter.Write(1, new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 5), IPEndPoint.Parse("10.0.0.1:80"))));
        Assert.Equal(
            "PROXY TCP6 ::ffff:127.0.0.1 2001:db8::2 5 80\r\n",
            Encoding.ASCII.GetString(ProxyHeaderWriter.Write(1, new IPEndPoint(IPAddress.Loopback, 5), IPEndPoint.Parse("[2001:db8::2]:80"))));
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrowsNorClaimsMoreThanItGot() => Gen.Select(Gen.Int[0, 2], Gen.Byte.Array[0, 300]).Sample((kind, tail) =>
    {
        byte[] bytes = kind switch
        {
            0 => tail,
            1 => [.. Signature, .. tail],
            _ => [.. Encoding.ASCII.GetBytes("PROXY TCP4 "), .. tail],
        };
        return ProxyHeaderParser.Parse(bytes, out var header, out var length) == ProxyParseResult.Complete
            ? header is not null && length <= bytes.Length
            : header is null;
    });

    private static ProxyParseResult Parse(ReadOnlySpan<byte> bytes) => ProxyHeaderParser.Parse(bytes, out _, out _);
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;
using Xunit;

namespace Gost.Tests.Protocols.Framing;

public sealed class SocksAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", 80, "017f0000010050")]
    [InlineData("::1", 443, "040000000000000000000000000000000101bb")]
    [InlineData("::ffff:10.0.0.1", 1, "010a0000010001")]
    [InlineData("example.com", 443, "030b6578616d706c652e636f6d01bb")]
    [InlineData("", 0, "03000000")]
    [InlineData("1", 2, "0301310002")]
    public void Write_Target_GivesTheForm(string host, int port, string form)
    {
        Target address = new(TargetNetwork.Tcp, host, port);
        var buffer = new byte[SocksAddress.MaxLength];
        var length = SocksAddress.Write(buffer, address);
        Assert.Equal(form, Convert.ToHexStringLower(buffer.AsSpan(0, length)));
        Assert.Equal(length, SocksAddress.LengthOf(address));
    }

    [Fact]
    public void Write_EndPoint_UnmapsIPv4AndStandsInForOthers()
    {
        var buffer = new byte[SocksAddress.MaxLength];
        Assert.Equal("01c00002070050", Convert.ToHexStringLower(buffer.AsSpan(0, SocksAddress.Write(buffer, new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 80)))));
        Assert.Equal("01000000000000", Convert.ToHexStringLower(buffer.AsSpan(0, SocksAddress.Write(buffer, (EndPoint?)null))));
    }

    [Fact]
    public void LengthOf_LongDomain_IsRefused() =>
        Assert.Throws<FlowException>(() => SocksAddress.LengthOf(new Target(TargetNetwork.Tcp, new string('a', 256), 1)));

    [Fact]
    public void Write_LongestDomain_Fits()
    {
        Target address = new(TargetNetwork.Tcp, new string('a', 255), 1);
        Assert.Equal(SocksAddress.MaxLength, SocksAddress.Write(new byte[SocksAddress.MaxLength], address));
    }

    [Theory]
    [InlineData("017f0000010050ffff", "127.0.0.1", 80, 7)]
    [InlineData("040000000000000000000000000000000101bb", "::1", 443, 19)]
    [InlineData("03096c6f63616c686f73740016", "localhost", 22, 13)]
    [InlineData("03000000", "", 0, 4)]
    public void TryRead_WholeForm_GivesTheAddress(string form, string host, int port, int length)
    {
        Assert.True(SocksAddress.TryRead(Convert.FromHexString(form), TargetNetwork.Udp, out var address, out var consumed));
        Assert.Equal(new Target(TargetNetwork.Udp, host, port), address);
        Assert.Equal(length, consumed);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("01", 0)]
    [InlineData("03", 0)]
    [InlineData("0305616263", 0)]
    [InlineData("04000000000000000000000000000000", 0)]
    [InlineData("00", -1)]
    [InlineData("02aabbccdd", -1)]
    [InlineData("0302610a0050", -1)]
    public void TryRead_OtherBytes_SaysWhy(string form, int expected)
    {
        Assert.False(SocksAddress.TryRead(Convert.FromHexString(form), TargetNetwork.Tcp, out var address, out var consumed));
        Assert.Null(address);
        Assert.Equal(expected, consumed);
    }
}

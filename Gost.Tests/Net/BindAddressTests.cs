using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Xunit;

namespace Gost.Tests.Net;

public sealed class BindAddressTests
{
    [Theory]
    [InlineData("", "", 0, AddressFamily.Unspecified)]
    [InlineData(":0", "", 0, AddressFamily.Unspecified)]
    [InlineData(":8080", "", 8080, AddressFamily.Unspecified)]
    [InlineData("[::]:80", "", 80, AddressFamily.Unspecified)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80, AddressFamily.InterNetwork)]
    [InlineData("127.0.0.1:65535", "127.0.0.1", 65535, AddressFamily.InterNetwork)]
    [InlineData("localhost:80", "localhost", 80, AddressFamily.InterNetwork)]
    [InlineData("[::1]:80", "::1", 80, AddressFamily.InterNetworkV6)]
    public void Parse_Address_FollowsItsFirstCharacter(string text, string host, int port, AddressFamily family) =>
        Assert.Equal(new BindAddress(text, host, port, family), BindAddress.Parse(text, "tcp"));

    [Theory]
    [InlineData("8080", "missing port in address")]
    [InlineData("[::1]", "missing port in address")]
    [InlineData(":http", "invalid port")]
    [InlineData(":65536", "invalid port")]
    [InlineData(":-1", "invalid port")]
    [InlineData("::1:80", "too many colons in address")]
    [InlineData("1::2:80", "too many colons in address")]
    [InlineData("[127.0.0.1]x:80", "invalid IPv6 address")]
    public void Parse_BadAddress_SaysWhy(string text, string reason)
    {
        var e = Assert.Throws<FlowException>(() => BindAddress.Parse(text, "tcp"));
        Assert.Equal((FlowLayer.Bind, $"listen tcp {text}: address {text}: {reason}"), (e.Layer, e.Message));
    }

    [Theory]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    public async Task Resolve_Host_GivesEndPoint(string text, string endPoint) => Assert.Equal(
        IPEndPoint.Parse(endPoint), await BindAddress.Parse(text, "tcp").ResolveAsync("tcp", TestContext.Current.CancellationToken));
}

using Gost.Engine.Abstractions;
using Gost.Engine.Routing;
using Xunit;

namespace Gost.Tests.Routing;

public sealed class TargetAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:80", "10.0.0.1", 80)]
    [InlineData("example.com:443", "example.com", 443)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("[fe80::1%eth0]:80", "fe80::1%eth0", 80)]
    [InlineData("::1", "::1", 0)]
    [InlineData("[::1]", "::1", 0)]
    [InlineData("example.com", "example.com", 0)]
    [InlineData(":8080", "", 8080)]
    [InlineData(":0", "", 0)]
    [InlineData("", "", 0)]
    [InlineData("host:99999", "host", 0)]
    [InlineData("host:http", "host", 0)]
    public void Parse_TcpAddress_IsHostAndPort(string addr, string host, int port) =>
        Assert.Equal(new Target(TargetNetwork.Tcp, host, port), TargetAddress.Parse(addr, TargetNetwork.Tcp));

    [Theory]
    [InlineData("/run/app.sock", TargetNetwork.Tcp)]
    [InlineData("unix:///run/app.sock", TargetNetwork.Tcp)]
    [InlineData("/run/app.sock", TargetNetwork.Unix)]
    public void Parse_Path_IsUnix(string addr, TargetNetwork network) =>
        Assert.Equal(new Target(TargetNetwork.Unix, "/run/app.sock", 0), TargetAddress.Parse(addr, network));

    [Theory]
    [InlineData("", TargetNetwork.Udp, TargetNetwork.Udp)]
    [InlineData("tcp", TargetNetwork.Udp, TargetNetwork.Tcp)]
    [InlineData("tcp4", TargetNetwork.Udp, TargetNetwork.Tcp)]
    [InlineData("UDP", TargetNetwork.Tcp, TargetNetwork.Udp)]
    [InlineData("unix", TargetNetwork.Tcp, TargetNetwork.Unix)]
    [InlineData("other", TargetNetwork.Tcp, TargetNetwork.Tcp)]
    public void NetworkOf_NodeNetwork_WinsOverTheFlows(string network, TargetNetwork flow, TargetNetwork expected) =>
        Assert.Equal(expected, TargetAddress.NetworkOf(network, flow));
}

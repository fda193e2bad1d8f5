using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Xunit;

namespace Gost.Tests.Net;

public sealed class BindRefusalTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public void AccessDenied_OfALowPort_SaysWhatGrantsIt(string network)
    {
        var fault = Refuse(network, ":1", SocketError.AccessDenied);

        Assert.Equal((FlowLayer.Bind, FlowError.NotPermitted), (fault.Layer, fault.Error));
        Assert.StartsWith($"listen {network} :1: bind: permission denied; ports below ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_BIND_SERVICE", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":65535")]
    [InlineData(":0")]
    public void AccessDenied_OfAPortThatNeedsNoPrivilege_DoesNotSpeakOfPrivileges(string addr) =>
        Assert.Equal($"listen udp {addr}: bind: permission denied", Refuse("udp", addr, SocketError.AccessDenied).Message);

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public void OtherFaults_AreWordedAlikeForBothNetworks(string network)
    {
        Assert.Equal($"listen {network} 192.0.2.1:9: bind: cannot assign requested address", Refuse(network, "192.0.2.1:9", SocketError.AddressNotAvailable).Message);
        Assert.Equal(FlowError.OutOfDescriptors, Refuse(network, ":9", SocketError.TooManyOpenSockets).Error);
    }

    private static FlowException Refuse(string network, string addr, SocketError error) =>
        BindRefusal.Of(network, BindAddress.Parse(addr, network), new SocketException((int)error));
}

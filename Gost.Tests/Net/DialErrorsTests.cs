using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Xunit;

namespace Gost.Tests.Net;

public sealed class DialErrorsTests
{
    [Theory]
    [InlineData(SocketError.AccessDenied, FlowError.Refused, "dial tcp 10.0.0.1:80: permission denied")]
    [InlineData(SocketError.ConnectionRefused, FlowError.Refused, "dial tcp 10.0.0.1:80: connection refused")]
    [InlineData(SocketError.TooManyOpenSockets, FlowError.OutOfDescriptors, "dial tcp 10.0.0.1:80: too many open files")]
    public void Map_Error_TellsTheTargetsFaultFromThisHosts(SocketError error, FlowError expected, string message)
    {
        var exception = DialErrors.Map(TargetNetwork.Tcp, "10.0.0.1:80", new SocketException((int)error));

        Assert.Equal((FlowLayer.Dial, expected, message), (exception.Layer, exception.Error, exception.Message));
    }
}

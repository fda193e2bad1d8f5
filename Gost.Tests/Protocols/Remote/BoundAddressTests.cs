using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Remote;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

public sealed class BoundAddressTests
{
    [Theory]
    [InlineData("", 8080, ":8080", true, "[::]:8080")]
    [InlineData("::", 8080, ":8080", true, "[::]:8080")]
    [InlineData("0.0.0.0", 8080, "0.0.0.0:8080", false, "0.0.0.0:8080")]
    [InlineData("127.0.0.1", 0, "127.0.0.1:0", false, "127.0.0.1:0")]
    [InlineData("::ffff:127.0.0.1", 1, "127.0.0.1:1", false, "127.0.0.1:1")]
    [InlineData("::1", 8080, "[::1]:8080", false, "[::1]:8080")]
    [InlineData("localhost", 8080, "localhost:8080", false, "127.0.0.1:8080")]
    [InlineData("0.0.0.0::8080", 0, ":8080", true, "[::]:8080")]
    public async Task Of_AddressOfARequest_IsWhatTheClientMeans(string host, int port, string text, bool dualStack, string endPoint)
    {
        var address = BoundAddress.Of(new Target(TargetNetwork.Tcp, host, port));

        Assert.Equal((text, dualStack), (address.Text, address.DualStack));
        Assert.Equal(IPEndPoint.Parse(endPoint), await address.ResolveAsync("tcp", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Of_NameThatIsNone_IsRefused()
    {
        var address = BoundAddress.Of(new Target(TargetNetwork.Tcp, "0.0.0.0::x", 0));

        var refused = await Assert.ThrowsAsync<FlowException>(() => address.ResolveAsync("tcp", TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(FlowLayer.Bind, refused.Layer);
    }
}

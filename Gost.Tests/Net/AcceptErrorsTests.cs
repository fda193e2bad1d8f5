using System.Net.Sockets;
using Gost.Engine.Net;
using Xunit;

namespace Gost.Tests.Net;

public sealed class AcceptErrorsTests
{
    [Theory]
    [InlineData(SocketError.ConnectionAborted, "Peer")]
    [InlineData(SocketError.ConnectionReset, "Peer")]
    [InlineData(SocketError.OperationNotSupported, "Peer")]
    [InlineData(SocketError.TooManyOpenSockets, "Resources")]
    [InlineData(SocketError.NoBufferSpaceAvailable, "Resources")]
    [InlineData(SocketError.SocketError, "Resources")]
    [InlineData(SocketError.NotSocket, "Listener")]
    [InlineData(SocketError.InvalidArgument, "Listener")]
    public void Classify_Error_HasItsTier(SocketError error, string tier) => Assert.Equal(tier, AcceptErrors.Classify(error).ToString());
}

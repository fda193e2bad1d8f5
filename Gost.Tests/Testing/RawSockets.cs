using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>The sockets below streams of either lane, to look at their options.</summary>
internal static class RawSockets
{
    /// <summary>The framework's view of the stream's socket, which stays the stream's.</summary>
    public static Socket Of(DuplexStream stream)
    {
        Assert.True(stream.TryGetRawSocket(out var raw));
        return raw switch
        {
            SocketDuplexStream portable => portable.Socket,
            LoopStream kernel => new Socket(new SafeSocketHandle(kernel.Handle.Number, ownsHandle: false)),
            _ => throw new InvalidOperationException($"{raw.GetType().Name} is no known lane's"),
        };
    }
}

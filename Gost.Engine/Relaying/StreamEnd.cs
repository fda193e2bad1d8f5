using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Relaying;

/// <summary>
/// Ends both directions of a stream without losing what was written: a socket's pending reads see the end. (Disposing a socket while a
/// read is pending would reset the connection and drop what the far end has not taken yet.)
/// </summary>
internal static class StreamEnd
{
    /// <summary>Ends it; its owner still disposes it. Any thread, idempotent.</summary>
    public static void Of(DuplexStream stream)
    {
        if (!stream.TryGetRawSocket(out var socket))
        {
            stream.Abort();
            return;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected any more: its pending calls have failed by themselves.
        }
    }
}

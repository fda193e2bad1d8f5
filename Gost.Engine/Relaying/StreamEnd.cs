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
        if (stream.TryGetRawSocket(out var socket))
        {
            socket.End();
        }
        else
        {
            stream.Abort();
        }
    }
}

namespace Gost.Engine.Layers.Transports;

/// <summary>
/// Puts off the end of writing towards a peer that would take it for the end of both directions: it is sent when nothing has come in for
/// <paramref name="hold"/>, or at once when the peer has ended its direction. Used by streams of WebSocket and smux whose far end did not announce that
/// it keeps the directions apart. Any thread; disposing forgets an end that was not sent.
/// </summary>
internal sealed class HalfCloseHold(TimeSpan hold, TimeProvider time, Func<ValueTask> sendEnd) : IDisposable
{
    /// <summary>The application has ended its writing: from now on the end is due.</summary>
    public void Begin() => throw new NotSupportedException($"mux {hold} {time} {sendEnd}");

    /// <summary>Bytes came in.</summary>
    public void Touch() => throw new NotSupportedException("mux");

    /// <summary>The peer has ended its direction.</summary>
    public void PeerEnded() => throw new NotSupportedException("mux");

    /// <inheritdoc/>
    public void Dispose() => throw new NotSupportedException("mux");
}

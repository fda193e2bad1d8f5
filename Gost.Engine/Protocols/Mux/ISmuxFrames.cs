namespace Gost.Engine.Protocols.Mux;

/// <summary>Takes the frames of a session in the order they came in. Any call may throw <see cref="SmuxProtocolException"/>.</summary>
internal interface ISmuxFrames
{
    /// <summary>The peer opens a stream.</summary>
    void OnOpen(uint id);

    /// <summary>Bytes of a stream: a frame, or a part of one. The span is valid during the call.</summary>
    void OnData(uint id, ReadOnlySpan<byte> bytes);

    /// <summary>The peer ends a stream.</summary>
    void OnEnd(uint id);

    /// <summary>Keepalive; <paramref name="isFirst"/>: no frame came before it.</summary>
    void OnKeepAlive(uint id, bool isFirst);

    /// <summary>How much of a stream the peer has read so far, mod 2^32, and how much it takes beyond that.</summary>
    void OnUpdate(uint id, uint consumed, uint window);
}

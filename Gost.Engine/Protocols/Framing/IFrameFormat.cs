using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Framing;

/// <summary>How datagrams lie in a stream.</summary>
internal interface IFrameFormat
{
    /// <summary>
    /// Whether <paramref name="waiting"/> begins with a whole frame; <paramref name="length"/>: its length, else as many bytes of it as are known to be
    /// needed, more than wait. Throws <see cref="IOException"/> when the stream carries something else.
    /// </summary>
    bool TryMeasure(ReadOnlySpan<byte> waiting, out int length);

    /// <summary>Copies the datagram of a whole frame into <paramref name="buffer"/>, cut to its length; null = nothing to deliver.</summary>
    Datagram? Read(ReadOnlySpan<byte> frame, Span<byte> buffer);
}

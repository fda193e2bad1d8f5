using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Options of a smux session. Source: spec/wire/mux.md sections 5 to 7.</summary>
/// <param name="Version">1 or 2; both ends must agree.</param>
/// <param name="KeepAliveInterval">How often a NOP is sent; <see cref="Timeout.InfiniteTimeSpan"/> = never.</param>
/// <param name="KeepAliveTimeout">A session without any frame for that long is dead.</param>
/// <param name="MaxFrameSize">Largest payload of a frame that is sent, 1 to 65535 bytes.</param>
/// <param name="MaxReceiveBuffer">Bytes of all streams that may wait to be read.</param>
/// <param name="MaxStreamBuffer">Bytes of one stream that may wait to be read (the window of version 2).</param>
/// <param name="HalfCloseHold">How long nothing must have come in before an end of writing is sent to a peer that takes it for the end of both directions.</param>
internal sealed record SmuxOptions(
    int Version,
    TimeSpan KeepAliveInterval,
    TimeSpan KeepAliveTimeout,
    int MaxFrameSize,
    int MaxReceiveBuffer,
    int MaxStreamBuffer,
    TimeSpan HalfCloseHold)
{
    /// <summary>Reads the <c>mux.*</c> keys; what cannot be used becomes a finding.</summary>
    public static SmuxOptions Bind(MetadataReader metadata, int defaultVersion) => throw new NotSupportedException("mux");
}

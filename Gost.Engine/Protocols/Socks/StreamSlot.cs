using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Socks;

/// <summary>The stream to a far end while it is negotiated with.</summary>
internal sealed class StreamSlot(DuplexStream stream)
{
    /// <summary>The outermost stream, which owns those below it.</summary>
    public DuplexStream Stream { get; set; } = stream;

    /// <summary>What has been asked for; null = nothing yet.</summary>
    public FlowLayer? Asked { get; set; }
}

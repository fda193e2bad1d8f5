using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Layers.Sessions;

/// <summary>A connection to a node that carries many streams: smux, SSH, QUIC. Thread-safe. Disposing ends it with all of them.</summary>
internal interface IStreamSession : ISharedSession
{
    /// <summary>Whether <see cref="OpenStreamAsync"/> may succeed.</summary>
    bool CanOpen { get; }

    /// <summary>Streams that are open now.</summary>
    int StreamCount { get; }

    /// <summary>Why it ended; null while it lives or when it was closed properly.</summary>
    Exception? Fault { get; }

    /// <summary>Opens a stream; the caller owns it. Throws <see cref="FlowException"/> when the session has ended or refuses.</summary>
    ValueTask<DuplexStream> OpenStreamAsync(CancellationToken cancellationToken);
}

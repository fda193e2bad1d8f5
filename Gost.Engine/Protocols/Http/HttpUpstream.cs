using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Http.Messages;

namespace Gost.Engine.Protocols.Http;

/// <summary>A connection to a server that requests are passed on to. Owns the stream.</summary>
internal sealed class HttpUpstream(Target target, DuplexStream stream, BufferPool buffers) : IAsyncDisposable
{
    /// <summary>Whom it leads to.</summary>
    public Target Target => target;

    public DuplexStream Stream => stream;

    /// <summary>Reads responses.</summary>
    public HttpReader Reader { get; } = new(stream, buffers);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await stream.DisposeAsync();
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Http.Messages;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Http;

/// <summary>
/// One client of the proxy: its stream, what was read of it, and the connection to a server that its next request may use. Borrows the inbound; disposing
/// gives back the rest.
/// </summary>
internal sealed class HttpClientConnection(Inbound inbound, DuplexStream stream, EngineServices engine) : IAsyncDisposable
{
    private static readonly TimeSpan LingerLimit = TimeSpan.FromSeconds(2);

    private HttpUpstream? _upstream;

    public Inbound Inbound => inbound;

    public DuplexStream Stream => stream;

    public HttpReader Reader { get; } = new(stream, engine.Buffers);

    /// <summary>The client's connection broke.</summary>
    public bool IsGone { get; private set; }

    /// <summary>The connection to a server that an exchange uses, or that waits for the next one; owned here.</summary>
    public HttpUpstream? Upstream => Volatile.Read(ref _upstream);

    /// <summary>Takes over a new connection to a server in place of the one before.</summary>
    public async ValueTask ReplaceUpstreamAsync(HttpUpstream? next)
    {
        inbound.RelayedTo = next?.Stream;
        if (Interlocked.Exchange(ref _upstream, next) is { } before)
        {
            await before.DisposeAsync();
        }
    }

    /// <summary>Ends the exchange when the client's connection breaks while its answer is awaited. A client that has only ended its writing goes on.</summary>
    public void Watch() => Reader.Watch(() =>
    {
        IsGone = true;
        Upstream?.Stream.Abort();
    });

    /// <summary>Sends a head and counts it. Throws what the stream throws.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> head, CancellationToken cancellationToken)
    {
        inbound.Counters.AddOutput(head.Length);
        try
        {
            await stream.WriteAsync(head, cancellationToken);
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            IsGone = true;
            throw;
        }
    }

    /// <summary>
    /// Sends the last answer of the connection. <paramref name="unread"/>: the client may still be sending, and is heard out for a while, so that the
    /// answer reaches it.
    /// </summary>
    public async ValueTask RefuseAsync(ReadOnlyMemory<byte> answer, bool unread, CancellationToken stopping)
    {
        try
        {
            await SendAsync(answer, stopping);
        }
        catch (Exception e) when (HttpReader.IsBroken(e))
        {
            return;
        }

        await CloseAsync(unread, stopping);
    }

    /// <summary>Ends the connection after its last answer.</summary>
    public async ValueTask CloseAsync(bool unread, CancellationToken stopping)
    {
        if (unread || Reader.Buffered > 0)
        {
            await Reader.LingerAsync(LingerLimit, engine.Time, stopping);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ReplaceUpstreamAsync(null);
        await Reader.DisposeAsync();
    }
}

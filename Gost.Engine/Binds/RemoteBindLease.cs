using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Routing;

namespace Gost.Engine.Binds;

/// <summary>One generation's share in a bind at a far end. Disposing gives it back.</summary>
internal sealed class RemoteBindLease(RemoteBind bind, Func<Task> release) : IAsyncDisposable
{
    private BindAttachment? _attachment;
    private int _released;

    /// <summary>Where the far end listens; null while it does not.</summary>
    public EndPoint? LocalEndPoint => bind.LocalEndPoint;

    /// <summary>Flows go to <paramref name="sink"/> from now on. Effective when the call returns.</summary>
    public void Attach(IInboundSink sink, Router router, UdpSessionOptions? sessions)
    {
        _attachment = new BindAttachment(sink, router, sessions);
        bind.Attach(_attachment);
    }

    /// <summary>Flows no longer go to the sink; no effect once another generation took over.</summary>
    public void Detach()
    {
        if (_attachment is { } attachment)
        {
            bind.Detach(attachment);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Detach();
            await release();
        }
    }
}

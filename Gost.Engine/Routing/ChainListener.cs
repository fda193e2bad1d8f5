using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Binds;

namespace Gost.Engine.Routing;

/// <summary>A listener at the end of a chain, whose later faults name the node that it stands at as well. Owns the inner one.</summary>
internal sealed class ChainListener(IListener inner, RouteStep at) : ITunnel
{
    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => inner.LocalEndPoint;

    /// <inheritdoc/>
    public bool IsBound => inner.IsBound;

    /// <inheritdoc/>
    public int LiveFlows => (inner as ITunnel)?.LiveFlows ?? 0;

    /// <inheritdoc/>
    public ValueTask BindAsync(CancellationToken cancellationToken) => inner.BindAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task RunAsync(IInboundSink sink, CancellationToken stopping)
    {
        try
        {
            await inner.RunAsync(sink, stopping);
        }
        catch (FlowException e) when (!e.InChain)
        {
            throw new FlowException(e.Layer, e.Error, $"hop {at.Hop}, node {at.Node.Name}: {e.Message}", e) { Hop = at.Hop, Node = at.Node.Name };
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

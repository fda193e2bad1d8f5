using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Direct;

/// <summary>
/// The connectors <c>direct</c> and <c>virtual</c>: the target is dialled from this host with the node's interface and mark, or, with
/// <c>action: reject</c>, answered with a dead stream. Source: spec/forwarding.md section 12.
/// </summary>
internal sealed class DirectConnector : IConnector
{
    private readonly bool _rejects;

    /// <summary>Reads the connector's metadata.</summary>
    public DirectConnector(ConnectorBuildContext context)
    {
        _rejects = string.Equals(context.Metadata.GetString("action"), "reject", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken)
    {
        var sockets = await SocketsAsync(via);
        return _rejects ? new NowhereStream(sockets) : await sockets.ConnectAsync(to, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        var sockets = await SocketsAsync(via);
        if (_rejects)
        {
            throw new FlowException(FlowLayer.Associate, FlowError.NotPermitted, "rejected");
        }

        return to is null ? await sockets.OpenAssociationAsync(cancellationToken) : await sockets.OpenDatagramsAsync(to, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "bind unsupported");
    }

    /// <summary>The sockets of the direct dialer. Behind another dialer the flow would leave from this host, past the nodes before: refused.</summary>
    private static async ValueTask<ISocketDialer> SocketsAsync(DuplexStream via)
    {
        await via.DisposeAsync();
        return (via as NowhereStream)?.Sockets ?? throw new FlowException(
            FlowLayer.Connect, FlowError.Unsupported, "connector direct needs dialer direct: behind another one the flow would leave from this host, past the chain");
    }
}

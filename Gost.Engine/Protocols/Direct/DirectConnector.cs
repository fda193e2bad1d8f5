using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Direct;

/// <summary>
/// The connectors <c>direct</c> and <c>virtual</c>: the target is dialled from this host with the node's interface and mark, or, with
/// <c>action: reject</c>, answered with a dead stream. Source: spec/forwarding.md section 12.
/// </summary>
internal sealed class DirectConnector : IConnector
{
    private readonly SocketDialer _sockets;
    private readonly bool _rejects;

    /// <summary>Reads the connector's metadata.</summary>
    public DirectConnector(ConnectorBuildContext context)
    {
        _rejects = string.Equals(context.Metadata.GetString("action"), "reject", StringComparison.OrdinalIgnoreCase);
        _sockets = SocketDialer.ForNode(context.Node, new MetadataReader(context.Node.Metadata, "/metadata"), context.Engine);
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

        return to is null
            ? throw new FlowException(FlowLayer.Associate, FlowError.Unsupported, "a direct node cannot carry datagrams to many targets")
            : await sockets.OpenDatagramsAsync(to, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "bind unsupported");
    }

    /// <summary>The flow's own sockets where the dialer was a direct one; another dialer's stream is of no use here and is closed.</summary>
    private async ValueTask<ISocketDialer> SocketsAsync(DuplexStream via)
    {
        await via.DisposeAsync();
        return (via as NowhereStream)?.Sockets ?? _sockets;
    }
}

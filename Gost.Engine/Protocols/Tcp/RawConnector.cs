using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>
/// The connectors <c>tcp</c>, <c>forward</c> and <c>unix</c>: the stream to the node is the stream, nothing is written, the requested address is
/// ignored. Source: spec/wire/forward.md section 1.
/// </summary>
internal sealed class RawConnector : IConnector
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken) => new(via);

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();

        // GOST sends datagrams into the bare stream, where their borders are lost.
        throw new FlowException(FlowLayer.Associate, FlowError.Unsupported, "a forward or tcp connector over a stream cannot carry datagrams");
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "bind unsupported");
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>
/// The connectors <c>tcp</c>, <c>forward</c> and <c>unix</c>: the stream to the node is the stream, nothing is written, the requested address is
/// ignored. Over the <c>udp</c> dialer the same with datagrams. Source: spec/wire/forward.md section 1.
/// </summary>
internal sealed class RawConnector : IConnector
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> ConnectAsync(DuplexStream via, Target to, CancellationToken cancellationToken)
    {
        if (via is not IDatagramCarrier)
        {
            return via;
        }

        await via.DisposeAsync();
        throw DatagramCarrierStream.Refusal();
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramChannel> AssociateAsync(DuplexStream via, Target? to, CancellationToken cancellationToken)
    {
        if (CarriedDatagrams.Of(via) is { } datagrams)
        {
            return datagrams;
        }

        await via.DisposeAsync();

        // GOST sends datagrams into the bare stream, where their borders are lost.
        throw new FlowException(FlowLayer.Associate, FlowError.Unsupported, "a forward or tcp connector over a stream cannot carry datagrams: dial the node by udp (forward+udp)");
    }

    /// <inheritdoc/>
    public async ValueTask<IListener> BindAsync(DuplexStream via, BindRequest request, CancellationToken cancellationToken)
    {
        await via.DisposeAsync();
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, "bind unsupported");
    }
}

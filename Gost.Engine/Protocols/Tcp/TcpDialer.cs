using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Plain TCP to a node, or the stream through the hops before as it is.</summary>
internal sealed class TcpDialer(TcpDialerOptions options) : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
    {
        var stream = node.Via ?? await node.Sockets.ConnectAsync(node.Address, cancellationToken);
        try
        {
            if (node.Via is null && options.KeepAlive is { } keepAlive && node.Address.Network == TargetNetwork.Tcp && stream.TryGetRawSocket(out var socket))
            {
                keepAlive.Apply(socket);
            }

            if (options.ProxyProtocol > 0 && node.Inbound is not null)
            {
                throw new FlowException(FlowLayer.Handshake, FlowError.Unsupported, "proxyProtocol to a node is not supported by this build");
            }

            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}

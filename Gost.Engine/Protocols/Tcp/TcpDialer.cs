using Gost.Engine.Abstractions;
using Gost.Engine.Layers.ProxyProtocol;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Plain TCP to a node, or the stream through the hops before as it is; then the PROXY header, where the node wants one.</summary>
internal sealed class TcpDialer(TcpDialerOptions options) : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken)
    {
        var stream = await node.Open(cancellationToken);
        try
        {
            if (node.IsFirst && options.KeepAlive is { } keepAlive && node.Address.Network == TargetNetwork.Tcp && stream.TryGetRawSocket(out var socket))
            {
                socket.SetKeepAlive(keepAlive);
            }

            if (options.ProxyProtocol > 0 && node.Inbound is { } inbound)
            {
                await stream.WriteAsync(ProxyHeaderWriter.Write(options.ProxyProtocol, inbound.Client, inbound.Local), cancellationToken);
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

using System.Net;
using System.Net.Security;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Quic;

/// <summary>Dials QUIC connections to a node, which must be the first hop: the library has its own socket.</summary>
internal sealed class QuicConnections(
    IQuicStack stack, Func<SslClientAuthenticationOptions> tls, QuicOptions options, SocketDialer names, IPAddress? from, EngineServices engine)
{
    /// <summary>A session to the node; tries its addresses in turn. Throws <see cref="FlowException"/>.</summary>
    public async ValueTask<IStreamSession> ConnectAsync(NodeContext node, CancellationToken cancellationToken)
    {
        if (stack.FindObstacle(engine.Options.QuicLibrary) is { } obstacle)
        {
            throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, obstacle);
        }

        if (!node.IsFirst)
        {
            throw new FlowException(
                FlowLayer.Dial,
                FlowError.Unsupported,
                $"{node.Address}: QUIC cannot be spoken through the hops before, because its library has a socket of its own: put the quic node first, or use kcp here");
        }

        var mapped = await names.MapHostAsync(node.Address, cancellationToken);
        var addresses = await Resolver.ResolveAsync(mapped.Host, cancellationToken);
        FlowException? last = null;
        foreach (var address in addresses.Where(x => from is null || x.AddressFamily == from.AddressFamily))
        {
            try
            {
                var link = await stack.ConnectAsync(new IPEndPoint(address, mapped.Port), from, tls(), options, cancellationToken);
                return QuicSession.OfClient(link, engine);
            }
            catch (FlowException e)
            {
                last = e;
            }
        }

        throw last ?? new FlowException(FlowLayer.Dial, FlowError.NotPermitted, $"dial {node.Address}: it has no address of the family of the node's interface, {from}");
    }
}

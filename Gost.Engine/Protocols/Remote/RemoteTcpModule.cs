using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Layers;
using Gost.Engine.Protocols.Forward;
using Gost.Engine.Protocols.Tcp;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// <c>rtcp</c>: with a chain it binds at the far end of it; without one on this host, when the change is applied, so that a taken port refuses it. The options of the tcp
/// listener and PROXY headers do not apply. Source: spec/forwarding.md section 5, contract.md (Values).
/// </summary>
internal sealed class RemoteTcpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("rtcp", BuildListener);
        builder.Handlers.Add("rtcp", ForwardHandlers.Build);
    }

    private static IListener BuildListener(ListenerBuildContext context)
    {
        if (context.Router is { } router)
        {
            return RemoteListener.Build(context, router, TargetNetwork.Tcp, sessions: null);
        }

        return new TcpInboundListener(
            context.Engine.ListenSockets,
            context.Service.Name,
            context.Service.Addr,
            TcpListenerOptions.Default,
            AcceptLayers.Build(context.Service, context.ServiceMetadata, context.Engine, allowsProxyHeader: false));
    }
}

using Gost.Engine.Catalog;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Forward;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Listener, handler and dialer <c>udp</c>.</summary>
internal sealed class UdpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("udp", static x =>
            new UdpListener(x.Service.Name, x.Service.Addr, BindOptions(x), x.Engine.DatagramSockets));
        builder.Handlers.Add("udp", ForwardHandlers.Build);
        builder.Dialers.Add("udp", static _ => new UdpDialer());
    }

    private static UdpSessionOptions BindOptions(ListenerBuildContext context) => UdpListenerOptions.Bind(
        context.Metadata,
        "ssu".Equals(context.Service.Handler?.Type, StringComparison.OrdinalIgnoreCase) ? UdpListenerOptions.OfProxies : new UdpSessionOptions());
}

using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Forward;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Listener and handler <c>udp</c>.</summary>
internal sealed class UdpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("udp", static x =>
            new UdpListener(x.Service.Name, x.Service.Addr, UdpListenerOptions.Bind(x.Metadata), x.Engine.DatagramSockets));
        builder.Handlers.Add("udp", ForwardHandlers.Build);
    }
}

using Gost.Engine.Catalog;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Udp;

/// <summary>Listener and handler <c>udp</c>.</summary>
internal sealed class UdpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("udp", static x =>
            new UdpListener(x.Service.Name, x.Service.Addr, UdpListenerOptions.Bind(x.Metadata), x.Engine.DatagramSockets));
        builder.Handlers.Add("udp", static x => CreateHandler(x, mayBeStateless: true));
    }

    /// <summary>The handler of both forwarding types.</summary>
    internal static UdpHandler CreateHandler(HandlerBuildContext context, bool mayBeStateless) => new(
        context.Forwarder,
        UdpHandlerOptions.Bind(context.Metadata, mayBeStateless),
        context.Engine.Time,
        context.Engine.Loggers.CreateLogger<UdpHandler>());
}

using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Forward;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Remote;

/// <summary>Listener and handler <c>rudp</c>. With a chain it listens at the far end of it, without one on this host, with its own defaults. Source: spec/forwarding.md section 5.</summary>
internal sealed class RemoteUdpModule : IProtocolModule
{
    private const int DefaultReadBuffer = 8192;
    private const int DefaultReadQueue = 1024;

    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("rudp", CreateListener);
        builder.Handlers.Add("rudp", ForwardHandlers.Build);
    }

    private static IListener CreateListener(ListenerBuildContext context) => context.Router is { } router
        ? RemoteListener.Build(context, router, TargetNetwork.Udp, BindOptions(context.Metadata))
        : new UdpListener(context.Service.Name, context.Service.Addr, BindOptions(context.Metadata), context.Engine.DatagramSockets);

    /// <summary>The options of <c>rudp</c>: sessions always live until they are idle.</summary>
    internal static UdpSessionOptions BindOptions(MetadataReader metadata)
    {
        var defaults = new UdpSessionOptions();
        return new UdpSessionOptions
        {
            KeepAlive = true,
            Ttl = UdpListenerOptions.ReadTtl(metadata, defaults.Ttl, "ttl"),
            ReadBufferSize = UdpListenerOptions.ReadSize(metadata, DefaultReadBuffer, UdpListenerOptions.MaxReadBuffer, "readBufferSize"),
            ReadQueueSize = UdpListenerOptions.ReadSize(metadata, DefaultReadQueue, UdpListenerOptions.MaxQueue, "readQueueSize"),
            Backlog = UdpListenerOptions.ReadSize(metadata, defaults.Backlog, UdpListenerOptions.MaxQueue, "backlog"),
        };
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Layers;
using Gost.Engine.Layers.Transports;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Protocols.Tcp;

namespace Gost.Engine.Catalog;

/// <summary>Registers listeners and dialers of stream transports over TCP.</summary>
internal static class StreamTransports
{
    private static readonly TimeSpan DefaultHandshakeTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Adds the listener and dialer of the transport, and those of its multiplexed form.</summary>
    public static void Add(this ProtocolCatalog.Builder builder, StreamTransport transport)
    {
        if (transport.Name.Length > 0)
        {
            builder.Listeners.Add(transport.Name, context => BuildListener(context, transport, mux: false), transport.Acts);
            builder.Dialers.Add(transport.Name, context => BuildDialer(context, transport), transport.Acts);
        }

        builder.Listeners.Add(transport.MuxName, context => BuildListener(context, transport, mux: true), transport.Acts);
        builder.Dialers.Add(
            transport.MuxName,
            context => SmuxSession.CreateDialer(BuildDialer(context, transport), SmuxOptions.Bind(context.Metadata, transport.MuxVersion), context.Engine),
            transport.Acts);
    }

    private static TcpInboundListener BuildListener(ListenerBuildContext context, StreamTransport transport, bool mux)
    {
        var timeout = HandshakeTimeout(context.Metadata) is var given && given > TimeSpan.Zero ? given : DefaultHandshakeTimeout;
        var server = transport.Server?.Invoke(context);
        var options = mux ? SmuxOptions.Bind(context.Metadata, transport.MuxVersion) : null;
        return TcpInboundListener.Build(context, Wrap);

        IInboundSink Wrap(IInboundSink sink, HandshakeTracker handshakes)
        {
            var inner = options is null ? sink : new MuxSink(context.Service.Name, sink, options, context.Engine);
            return server is null ? inner : new TransportSink(context.Service.Name, inner, server, timeout, handshakes, context.Engine);
        }
    }

    private static IDialer BuildDialer(DialerBuildContext context, StreamTransport transport)
    {
        TcpDialer raw = new(TcpDialerOptions.Bind(context));
        return transport.Client is null
            ? raw
            : new TransportDialer(raw, transport.Client(context), HandshakeTimeout(context.Metadata), context.Engine.Time);
    }

    private static TimeSpan HandshakeTimeout(MetadataReader metadata) => metadata.GetTimeout(
        TimeSpan.Zero, "handshakeTimeout", "ws.handshakeTimeout", "readHeaderTimeout", "ws.readHeaderTimeout");
}

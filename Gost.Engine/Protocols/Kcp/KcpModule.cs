using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Kcp.Compression;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Listener and dialer <c>kcp</c>: smux over KCP over UDP. Source: spec/wire/transports.md section 7.</summary>
internal sealed class KcpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("kcp", static context => new KcpListener(context, TransportOf(KcpOptions.Bind(context.Metadata), context.Engine)));
        builder.Dialers.Add("kcp", static context =>
        {
            var options = KcpOptions.Bind(context.Metadata);
            return SmuxSession.CreateDialer(new KcpDialer(TransportOf(options, context.Engine), context.Engine), options.Smux, context.Engine);
        });
    }

    /// <summary>The key is made with the first session: building an object that is never used costs nothing.</summary>
    private static KcpTransport TransportOf(KcpOptions options, EngineServices engine)
    {
        Lazy<PacketCodecs> codecs = new(() => new PacketCodecs(options));
        return new KcpTransport(options, () => codecs.Value.Create(), x => options.Compression ? new CompressedStream(x, engine.Buffers) : x);
    }
}

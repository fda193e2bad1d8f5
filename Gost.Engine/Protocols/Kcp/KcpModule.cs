using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Protocols.Kcp.Compression;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Listener and dialer <c>kcp</c>: smux over snappy over KCP over UDP. Source: spec/wire/transports.md section 7.</summary>
internal sealed class KcpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("kcp", static context => new KcpListener(context, BuildTransport(context.Metadata, context.Engine)));
        builder.Dialers.Add("kcp", BuildDialer);
    }

    private static IDialer BuildDialer(DialerBuildContext context)
    {
        var transport = BuildTransport(context.Metadata, context.Engine);
        return SmuxSession.CreateDialer(new KcpDialer(transport, context.Engine), transport.Options.Smux, context.Engine);
    }

    private static KcpTransport BuildTransport(MetadataReader metadata, EngineServices engine)
    {
        var options = KcpOptions.Bind(metadata);
        PacketCodecs? codecs = null;
        return new KcpTransport(
            options,
            () => LazyInitializer.EnsureInitialized(ref codecs, () => new PacketCodecs(options)).Create(),
            x => options.Compression ? new CompressedStream(x, engine.Buffers) : x);
    }
}

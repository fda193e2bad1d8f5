using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Tls;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>Registers <c>ws</c> and <c>wss</c>, and with smux over them <c>mws</c> and <c>mwss</c>. Source: spec/wire/transports.md sections 5 and 6.</summary>
internal sealed class WebSocketModule : IProtocolModule
{
    private const int MuxVersion = 1;

    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Add(new StreamTransport(
            "ws",
            "mws",
            MuxVersion,
            static context => WebSocketServerTransport.Build(context, tls: null),
            static context => WebSocketClientTransport.Build(context, tls: null)));
        builder.Add(new StreamTransport(
            "wss",
            "mwss",
            MuxVersion,
            static context => WebSocketServerTransport.Build(context, TlsServerTransport.Build(context)),
            static context => WebSocketClientTransport.Build(context, TlsClientTransport.Build(context)))
        {
            Acts = ActingMembers.Tls,
        });
    }
}

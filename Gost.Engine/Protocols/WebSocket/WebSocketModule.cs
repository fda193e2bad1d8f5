using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>Registers the protocol.</summary>
internal sealed class WebSocketModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

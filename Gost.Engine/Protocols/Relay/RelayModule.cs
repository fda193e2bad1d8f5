using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Registers the protocol.</summary>
internal sealed class RelayModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

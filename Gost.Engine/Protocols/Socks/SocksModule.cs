using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Socks;

/// <summary>Registers the protocol.</summary>
internal sealed class SocksModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

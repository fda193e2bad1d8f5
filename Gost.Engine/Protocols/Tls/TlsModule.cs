using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Tls;

/// <summary>Registers the protocol.</summary>
internal sealed class TlsModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

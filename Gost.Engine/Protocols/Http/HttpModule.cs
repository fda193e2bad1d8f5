using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Http;

/// <summary>Registers the protocol.</summary>
internal sealed class HttpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

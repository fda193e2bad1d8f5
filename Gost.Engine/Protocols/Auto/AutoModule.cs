using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Auto;

/// <summary>Registers the protocol.</summary>
internal sealed class AutoModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
    }
}

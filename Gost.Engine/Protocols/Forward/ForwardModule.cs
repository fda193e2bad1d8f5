using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Forward;

/// <summary>The <c>forward</c> handler.</summary>
internal sealed class ForwardModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder) => builder.Handlers.Add("forward", ForwardHandlers.Build);
}

using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Auto;

/// <summary>Handler <c>auto</c>, the one of services that name none.</summary>
internal sealed class AutoModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder) =>
        builder.Handlers.Add("auto", AutoHandler.Build, ActingMembers.Auth | ActingMembers.Tls);
}

using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Handler and connector <c>relay</c>.</summary>
internal sealed class RelayModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Handlers.Add("relay", RelayHandler.Build, ActingMembers.Auth);
        builder.Connectors.Add(
            "relay",
            static context => new RelayConnector(context.Node.Name, RelayConnectorOptions.Bind(context), context.Engine),
            ActingMembers.Auth);
    }
}

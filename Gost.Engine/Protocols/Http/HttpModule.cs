using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Http;

/// <summary>Handler and connector <c>http</c>.</summary>
internal sealed class HttpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Handlers.Add("http", HttpHandler.Build, ActingMembers.Auth);
        builder.Connectors.Add(
            "http",
            static context => new HttpConnector(context.Node.Name, HttpConnectorOptions.Bind(context), context.Engine),
            ActingMembers.Auth);
    }
}

using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Direct;

/// <summary>Nodes that are this host itself, under GOST's two names.</summary>
internal sealed class DirectModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        foreach (var name in (ReadOnlySpan<string>)["direct", "virtual"])
        {
            builder.Dialers.Add(name, static _ => new DirectDialer());
            builder.Connectors.Add(name, static context => new DirectConnector(context));
        }
    }
}

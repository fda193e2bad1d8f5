using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Socks.V4;
using Gost.Engine.Protocols.Socks.V5;

namespace Gost.Engine.Protocols.Socks;

/// <summary>SOCKS4, 4a and 5: handlers and connectors. Source: spec/wire/socks5.md.</summary>
internal sealed class SocksModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        foreach (var name in new[] { "socks4", "socks4a" })
        {
            builder.Handlers.Add(name, Socks4Handler.Build, ActingMembers.Auth);
            builder.Connectors.Add(name, Socks4Connector.Build, ActingMembers.Auth);
        }

        foreach (var name in new[] { "socks5", "socks" })
        {
            builder.Handlers.Add(name, Socks5Handler.Build, ActingMembers.Auth | ActingMembers.Tls);
            builder.Connectors.Add(name, Socks5Connector.Build, ActingMembers.Auth | ActingMembers.Tls);
        }
    }
}

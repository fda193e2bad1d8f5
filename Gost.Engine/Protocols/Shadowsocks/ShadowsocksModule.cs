using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Handlers and connectors <c>ss</c> (TCP) and <c>ssu</c> (UDP).</summary>
internal sealed class ShadowsocksModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Handlers.Add("ss", static x => new ShadowsocksHandler(x), ActingMembers.Auth);
        builder.Handlers.Add("ssu", static x => new ShadowsocksDatagramHandler(x), ActingMembers.Auth);
        builder.Connectors.Add("ss", static x => new ShadowsocksConnector(ShadowsocksClient.Build(x)), ActingMembers.Auth);
        builder.Connectors.Add("ssu", static x => new ShadowsocksDatagramConnector(ShadowsocksClient.Build(x)), ActingMembers.Auth);
    }
}

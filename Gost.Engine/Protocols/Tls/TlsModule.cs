using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Tls;

/// <summary>Registers <c>tls</c>, and <c>mtls</c>, which is smux over it. Source: spec/wire/transports.md sections 3 and 4.</summary>
internal sealed class TlsModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder) =>
        builder.Add(new StreamTransport("tls", "mtls", 1, TlsServerTransport.Build, TlsClientTransport.Build) { Acts = ActingMembers.Tls });
}

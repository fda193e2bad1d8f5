using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Smux over plain TCP: <c>mtcp</c>. The other multiplexed types are registered with their transports.</summary>
internal sealed class MuxModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder) => builder.Add(new StreamTransport("", "mtcp", MuxVersion: 2, Server: null, Client: null));
}

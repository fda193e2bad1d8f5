using Gost.Engine.Catalog;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Nodes that are reached by plain TCP, and the connectors that add nothing to the stream.</summary>
internal sealed class RawNodeModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Dialers.Add("tcp", static context => new TcpDialer(TcpDialerOptions.Bind(context)));
        foreach (var name in (ReadOnlySpan<string>)["tcp", "forward", "unix"])
        {
            builder.Connectors.Add(name, static _ => new RawConnector());
        }
    }
}

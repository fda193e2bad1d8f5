using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Forward;

namespace Gost.Engine.Protocols.Tcp;

/// <summary>Plain TCP.</summary>
internal sealed class TcpModule : IProtocolModule
{
    /// <inheritdoc/>
    public void Register(ProtocolCatalog.Builder builder)
    {
        builder.Listeners.Add("tcp", TcpInboundListener.Build);
        builder.Handlers.Add("tcp", ForwardHandlers.Build);
    }
}

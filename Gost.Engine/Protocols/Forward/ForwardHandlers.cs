using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Protocols.Udp;

namespace Gost.Engine.Protocols.Forward;

/// <summary>
/// Builds the handlers <c>tcp</c>, <c>udp</c>, <c>forward</c>, <c>rtcp</c> and <c>rudp</c>: they do the same, streams or datagrams as the
/// listener yields them. Source: spec/forwarding.md section 1.
/// </summary>
internal static class ForwardHandlers
{
    /// <summary>The handler for what the service's listener accepts.</summary>
    public static IHandler Build(HandlerBuildContext context) => context.Service.Listener?.Type switch
    {
        "udp" => UdpHandler.Build(context, mayBeStateless: true),
        "rudp" => UdpHandler.Build(context, mayBeStateless: false),
        _ => ForwardHandler.Build(context),
    };
}

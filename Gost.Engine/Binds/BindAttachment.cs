using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Routing;

namespace Gost.Engine.Binds;

/// <summary>What one generation of a service gives to its remote bind.</summary>
/// <param name="sink">Where the flows go.</param>
/// <param name="router">The way to the far end.</param>
/// <param name="sessions">How sessions live, for binds of UDP.</param>
internal sealed class BindAttachment(IInboundSink sink, Router router, UdpSessionOptions? sessions)
{
    /// <summary>Where the flows go.</summary>
    public IInboundSink Sink { get; } = sink;

    /// <summary>The way to the far end.</summary>
    public Router Router { get; } = router;

    /// <summary>Where sessions go, for binds of UDP.</summary>
    public UdpAttachment? Sessions { get; } = sessions is null ? null : new UdpAttachment(sink, sessions);
}

using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Who gets new sessions of a socket, and how they live. Compared by reference: two generations may share one sink.</summary>
internal sealed class UdpAttachment(IInboundSink sink, UdpSessionOptions options)
{
    public IInboundSink Sink { get; } = sink;

    public UdpSessionOptions Options { get; } = options;
}

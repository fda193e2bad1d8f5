using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Direct;

/// <summary>The dialers <c>direct</c> and <c>virtual</c>: there is no node to dial, the connector does the work.</summary>
internal sealed class DirectDialer : IDialer
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken) => node.IsFirst
        ? new ValueTask<DuplexStream>(new NowhereStream(node.Sockets))
        // GOST would leave from this host here, past the nodes before.
        : throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, "a direct node must be the first of a chain");
}

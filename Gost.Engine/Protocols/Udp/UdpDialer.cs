using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Udp;

/// <summary>
/// Datagrams to a node, from a socket of this host or through the hops before, for connectors that speak UDP (<c>ssu</c>, <c>forward</c>).
/// Source: spec/wire/udp.md section 4.
/// </summary>
internal sealed class UdpDialer : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken) =>
        new DatagramCarrierStream(await node.OpenDatagrams(cancellationToken));
}

using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Remote;

namespace Gost.Engine.Protocols.Relay;

/// <summary>
/// Answers to a bind. One of UDP that fails is answered as GOST does, with the end of the connection. Source: spec/wire/relay.md sections 7 and 8.
/// </summary>
internal sealed class RelayBindReplies(bool isUdp) : IBindReplies
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bound(EndPoint bound) => RelayMessages.Response(RelayStatus.Ok, bound);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Refused(FlowException reason) =>
        isUdp ? ReadOnlyMemory<byte>.Empty : RelayMessages.Response(RelayStatus.ServiceUnavailable);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Greeting(EndPoint peer) => RelayMessages.Response(RelayStatus.Ok, peer);
}

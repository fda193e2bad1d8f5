using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// The serving end of remote forwarding: binds on this host for a client behind a tunnel, and carries what comes in through it. Used by the
/// handlers relay and socks5. Source: spec/wire/remote-forwarding.md, relay.md sections 7 and 8, socks5.md section 5.
/// </summary>
internal sealed class BindServer(string service, EngineServices engine)
{
    /// <summary>
    /// Binds TCP at <paramref name="address"/>, replies, runs smux (as its client) over <paramref name="tunnel"/> and opens a stream per accepted
    /// connection. Ends with the tunnel, and the listening socket with it. Takes over neither stream nor inbound. <paramref name="user"/>: the
    /// authenticated user, empty = none; with the client's IP it says whose bind it is.
    /// </summary>
    public ValueTask ServeStreamsAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, SmuxOptions mux, IBindReplies replies, CancellationToken stopping) =>
        throw new NotSupportedException($"remote {service} {engine} {inbound} {tunnel} {address} {user} {mux} {replies} {stopping}");

    /// <summary>Binds UDP at <paramref name="address"/>, replies, and carries datagrams with their peers' addresses over <paramref name="tunnel"/>.</summary>
    public ValueTask ServeDatagramsAsync(
        Inbound inbound, DuplexStream tunnel, Target address, string user, int maxPayload, IBindReplies replies, CancellationToken stopping) =>
        throw new NotSupportedException($"remote {service} {engine} {inbound} {tunnel} {address} {user} {maxPayload} {replies} {stopping}");
}

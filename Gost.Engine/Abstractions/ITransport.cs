using System.Net;

namespace Gost.Engine.Abstractions;

/// <summary>
/// The accepting end of a stream transport: makes the inner stream of an accepted raw one (TLS, WebSocket). Thread-safe; one per listener.
/// </summary>
public interface IServerTransport
{
    /// <summary>
    /// Does the handshake; takes over <paramref name="raw"/> and disposes it when it fails. The caller bounds the time. Throws
    /// <see cref="FlowException"/> (tls, handshake) or what the stream throws.
    /// </summary>
    ValueTask<AcceptedStream> AcceptAsync(DuplexStream raw, CancellationToken cancellationToken);
}

/// <summary>The inner stream, and the client where the transport was told of another one than the socket's peer (a forwarding proxy in front).</summary>
public readonly record struct AcceptedStream(DuplexStream Stream, EndPoint? Client = null);

/// <summary>The dialling end of a stream transport. Thread-safe; one per node.</summary>
public interface IClientTransport
{
    /// <summary>
    /// Does the handshake; takes over <paramref name="raw"/> and disposes it when it fails. Throws <see cref="FlowException"/> (tls, handshake).
    /// </summary>
    ValueTask<DuplexStream> ConnectAsync(DuplexStream raw, NodeContext node, CancellationToken cancellationToken);
}

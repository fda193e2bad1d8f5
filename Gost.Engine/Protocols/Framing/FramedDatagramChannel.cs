using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Framing;

/// <summary>
/// Datagrams over a stream, each behind a SOCKS5 UDP header whose reserved field is the payload's length: UDP-TUN of socks5, UDP over http, and
/// relay's UDP bind and association. The header's address is where a datagram goes (client to server) or came from (server to client).
/// Source: spec/wire/socks5.md sections 6.1 and 6.2.
/// </summary>
/// <remarks>
/// Owns the stream. One write per datagram; senders of many sessions may call <see cref="SendAsync"/> at once. An empty datagram cannot be
/// expressed and is dropped.
/// </remarks>
internal sealed class FramedDatagramChannel : IDatagramChannel
{
    /// <summary>
    /// A channel over <paramref name="stream"/>. <paramref name="peer"/>: where datagrams without an address go; a datagram longer than
    /// <paramref name="maxPayload"/> bytes (up to 65535) is cut as GOST does.
    /// </summary>
    public FramedDatagramChannel(DuplexStream stream, Target? peer, int maxPayload, BufferPool buffers) =>
        throw new NotSupportedException($"socks {stream} {peer} {maxPayload} {buffers}");

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException("socks");

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken) => throw new NotSupportedException("socks");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException("socks");
}

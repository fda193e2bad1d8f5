namespace Gost.Ssh.Transport;

/// <summary>
/// SSH packets over a stream after the first key exchange; later exchanges, and the messages disconnect, ignore, debug and unimplemented, happen inside.
/// One receiver, any number of senders. Source: RFC 4253.
/// </summary>
internal interface IPacketTransport : IAsyncDisposable
{
    /// <summary>The hash of the first key exchange, which signatures of clients cover. Source: RFC 4253 section 7.2.</summary>
    ReadOnlyMemory<byte> SessionId { get; }

    /// <summary>Ends when the transport has ended, whoever ended it; never faults.</summary>
    Task Completion { get; }

    /// <summary>Why it ended; null while it lives or when the peer closed it properly.</summary>
    Exception? Fault { get; }

    /// <summary>
    /// Sends one packet whose payload is <paramref name="head"/>, which begins with the message number, then <paramref name="body"/>. Both may be reused
    /// when the call is over. Packets leave in the order of the calls; waits while keys are exchanged or the stream takes no more. Throws
    /// <see cref="SshException"/> when the transport has ended.
    /// </summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>
    /// The payload of the next packet, valid until the next call; empty = the peer ended the connection. Throws <see cref="SshException"/> when the
    /// transport broke or the peer did not keep to the protocol.
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Answers a message that is not understood. Source: RFC 4253 section 11.4.</summary>
    ValueTask SendUnimplementedAsync(CancellationToken cancellationToken);

    /// <summary>Tells the peer why and ends: disconnect. Source: RFC 4253 section 11.1.</summary>
    ValueTask DisconnectAsync(SshDisconnectReason reason, string message, CancellationToken cancellationToken);

    /// <summary>The user is known: limits that only hold before that (packets, time) end.</summary>
    void MarkAuthenticated();
}

using System.Net;

namespace Gost.Engine.Protocols.Quic;

/// <summary>A QUIC connection. Thread-safe. Disposing closes it, with all its streams, and tells the far end.</summary>
internal interface IQuicLink : IAsyncDisposable
{
    /// <summary>This end.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>The far end.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>
    /// Opens a stream in both directions; the caller owns it. Waits while the far end allows no more of them. The far end learns of it with its first byte.
    /// Throws <see cref="IOException"/> when the connection has ended.
    /// </summary>
    ValueTask<IQuicChannel> OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The next stream that the far end has opened, which the caller owns; null = the connection was closed. Throws <see cref="IOException"/> when it broke.
    /// </summary>
    ValueTask<IQuicChannel?> AcceptAsync(CancellationToken cancellationToken);
}

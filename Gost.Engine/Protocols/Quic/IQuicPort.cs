using System.Net;

namespace Gost.Engine.Protocols.Quic;

/// <summary>A bound UDP port that accepts QUIC connections. Connections live on when it is disposed.</summary>
internal interface IQuicPort : IAsyncDisposable
{
    /// <summary>The bound address.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>
    /// The next connection whose handshake is done, which the caller owns; null = the port is closed. Throws <see cref="Abstractions.FlowException"/> when
    /// the handshake of one client has failed: the port goes on.
    /// </summary>
    ValueTask<IQuicLink?> AcceptAsync(CancellationToken cancellationToken);
}

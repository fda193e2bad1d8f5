using System.Net;
using System.Net.Security;

namespace Gost.Engine.Protocols.Quic;

/// <summary>What speaks QUIC: the system's library, or a double of the tests. Thread-safe.</summary>
internal interface IQuicStack
{
    /// <summary>
    /// Why QUIC cannot be spoken here and what mends it; null = it can. <paramref name="library"/> is the full path of the native library where one is set;
    /// it counts at the first call only, because a library is loaded once.
    /// </summary>
    string? FindObstacle(string? library);

    /// <summary>
    /// A connection to a server, which the caller owns. Throws <see cref="Abstractions.FlowException"/> (dial, tls). <paramref name="from"/> null = the
    /// system chooses the address.
    /// </summary>
    ValueTask<IQuicLink> ConnectAsync(
        IPEndPoint to, IPAddress? from, SslClientAuthenticationOptions tls, QuicOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// A bound port, which the caller owns. <paramref name="judge"/> is asked for each client: how it is served, or null to refuse it. Throws what binding a
    /// socket throws, or <see cref="Abstractions.FlowException"/> (bind).
    /// </summary>
    ValueTask<IQuicPort> ListenAsync(IPEndPoint at, IReadOnlyList<SslApplicationProtocol> alpn, int backlog, Func<EndPoint, QuicTerms?> judge);
}

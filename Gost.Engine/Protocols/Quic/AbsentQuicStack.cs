using System.Net;
using System.Net.Security;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Protocols.Quic;

/// <summary>For systems that have no QUIC library at all.</summary>
internal sealed class AbsentQuicStack : IQuicStack
{
    private const string Obstacle = "QUIC is not spoken on this system: it is on Linux, macOS and Windows";

    /// <inheritdoc/>
    public string? FindObstacle(string? library) => Obstacle;

    /// <inheritdoc/>
    public ValueTask<IQuicLink> ConnectAsync(
        IPEndPoint to, IPAddress? from, SslClientAuthenticationOptions tls, QuicOptions options, CancellationToken cancellationToken) =>
        throw new FlowException(FlowLayer.Dial, FlowError.Unsupported, Obstacle);

    /// <inheritdoc/>
    public ValueTask<IQuicPort> ListenAsync(IPEndPoint at, IReadOnlyList<SslApplicationProtocol> alpn, int backlog, Func<EndPoint, QuicTerms?> judge) =>
        throw new FlowException(FlowLayer.Bind, FlowError.Unsupported, Obstacle);
}

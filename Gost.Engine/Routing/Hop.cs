using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>A compiled hop: nodes of which one is selected per flow. Source: spec/forwarding.md section 2.</summary>
internal sealed class Hop : IAsyncDisposable
{
    /// <summary>Builds a hop without side effects; health of nodes that stay is taken from <paramref name="previous"/>.</summary>
    public static Hop Compile(HopConfig config, EngineServices engine, List<Finding> findings, Hop? previous = null) =>
        throw new NotSupportedException("routing");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing.Selectors;

/// <summary><c>fifo</c>: the first survivor in configuration order, so a sticky primary that comes back when its failure has expired.</summary>
internal sealed class FirstStrategy : ISelectionStrategy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<Node> nodes, Inbound? inbound) => survivors[0];
}

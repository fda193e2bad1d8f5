using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing.Selectors;

/// <summary>Chooses among nodes that are all usable. Any thread; allocates nothing.</summary>
internal interface ISelectionStrategy
{
    /// <summary>An element of <paramref name="survivors"/> (indexes into <paramref name="nodes"/>, never empty).</summary>
    int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<Node> nodes, Inbound? inbound);
}

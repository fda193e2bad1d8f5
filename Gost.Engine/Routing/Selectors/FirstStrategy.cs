namespace Gost.Engine.Routing.Selectors;

/// <summary><c>fifo</c>: the first survivor in configuration order, so a sticky primary that comes back when its failure has expired.</summary>
internal sealed class FirstStrategy : ISelectionStrategy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<ISelectable> candidates, in RouteQuery query) => survivors[0];
}

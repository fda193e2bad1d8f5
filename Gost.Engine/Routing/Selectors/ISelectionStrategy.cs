namespace Gost.Engine.Routing.Selectors;

/// <summary>Chooses among candidates that are all usable. Any thread; allocates nothing.</summary>
internal interface ISelectionStrategy
{
    /// <summary>An element of <paramref name="survivors"/> (indexes into <paramref name="candidates"/>, never empty).</summary>
    int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<ISelectable> candidates, in RouteQuery query);
}

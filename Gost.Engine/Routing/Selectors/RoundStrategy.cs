namespace Gost.Engine.Routing.Selectors;

/// <summary>One after the other: the counter modulo the number of survivors.</summary>
internal sealed class RoundStrategy(RoundCounter counter) : ISelectionStrategy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<ISelectable> candidates, in RouteQuery query) =>
        survivors[(int)(counter.Next() % (ulong)survivors.Length)];
}

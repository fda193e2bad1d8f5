namespace Gost.Engine.Routing.Selectors;

/// <summary>By chance, in proportion to the nodes' weights. The generator must be safe for many threads where flows are.</summary>
internal sealed class RandomStrategy(Random random) : ISelectionStrategy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<ISelectable> candidates, in RouteQuery query)
    {
        var total = 0L;
        foreach (var i in survivors)
        {
            total += candidates[i].Weight;
        }

        var ticket = random.NextInt64(total);
        foreach (var i in survivors)
        {
            ticket -= candidates[i].Weight;
            if (ticket < 0)
            {
                return i;
            }
        }

        return survivors[^1];
    }
}

using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing.Selectors;

/// <summary>One after the other: the counter modulo the number of survivors.</summary>
internal sealed class RoundStrategy(RoundCounter counter) : ISelectionStrategy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<int> survivors, ReadOnlySpan<Node> nodes, Inbound? inbound) =>
        survivors[(int)(counter.Next() % (ulong)survivors.Length)];
}

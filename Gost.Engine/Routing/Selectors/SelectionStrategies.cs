namespace Gost.Engine.Routing.Selectors;

/// <summary>Strategies by the names that configurations use. Source: spec/config.md section 5.</summary>
internal static class SelectionStrategies
{
    /// <summary>The strategy of a name; round robin for any other, as in GOST.</summary>
    public static ISelectionStrategy Create(string name, RoundCounter round, Random random) => name.ToLowerInvariant() switch
    {
        "random" or "rand" => new RandomStrategy(random),
        "fifo" or "ha" => new FirstStrategy(),
        "hash" => new HashStrategy(random),
        _ => new RoundStrategy(round),
    };
}

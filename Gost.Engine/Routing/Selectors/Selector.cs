using System.Buffers;

namespace Gost.Engine.Routing.Selectors;

/// <summary>
/// The selection pipeline of hops and groups: what does not take the flow out, failed ones out, priority, backups out, strategy. Immutable but
/// for the round; takes no lock and allocates nothing for up to 128 candidates. Source: spec/forwarding.md section 2.
/// </summary>
internal sealed class Selector<T>(T[] items, ISelectionStrategy strategy)
    where T : class, ISelectable
{
    private const int OnStack = 128;

    /// <summary>All candidates in configuration order.</summary>
    public ReadOnlySpan<T> Items => items;

    /// <summary>
    /// One of them, null when none takes the flow. When all that do are failed it is the first of them, so that a hop never goes dark. Those in
    /// <paramref name="tried"/> are not there.
    /// </summary>
    public T? Select(in RouteQuery query, HashSet<T>? tried)
    {
        if (items.Length <= OnStack)
        {
            return Select(query, tried, stackalloc int[OnStack], stackalloc int[OnStack]);
        }

        var rented = ArrayPool<int>.Shared.Rent(2 * items.Length);
        var chosen = Select(query, tried, rented.AsSpan(0, items.Length), rented.AsSpan(items.Length, items.Length));
        ArrayPool<int>.Shared.Return(rented);
        return chosen;
    }

    private T? Select(in RouteQuery query, HashSet<T>? tried, Span<int> candidates, Span<int> scratch)
    {
        var count = 0;
        T? firstFailed = null;
        for (var i = 0; i < items.Length; i++)
        {
            if (tried?.Contains(items[i]) == true || !items[i].Accepts(query))
            {
                continue;
            }

            if (items[i].IsFailed)
            {
                firstFailed ??= items[i];
                continue;
            }

            candidates[count++] = i;
        }

        return count switch
        {
            0 => firstFailed,
            1 => items[candidates[0]],
            _ => items[SelectByPriority(query, candidates[..count], scratch)],
        };
    }

    private int SelectByPriority(in RouteQuery query, ReadOnlySpan<int> candidates, Span<int> scratch)
    {
        var anyPrimary = false;
        var highest = long.MinValue;
        var lowest = long.MaxValue;
        foreach (var i in candidates)
        {
            anyPrimary |= !items[i].IsBackup;
            highest = Math.Max(highest, items[i].Priority);
            lowest = Math.Min(lowest, items[i].Priority);
        }

        if (highest == lowest)
        {
            return Choose(query, candidates, scratch);
        }

        // A tier of backups only is passed over while a primary is somewhere below; one that has a primary always ends the loop.
        for (var tier = highest; ; tier = NextBelow(candidates, tier))
        {
            var count = 0;
            var hasPrimary = false;
            foreach (var i in candidates)
            {
                if (items[i].Priority == tier)
                {
                    scratch[count++] = i;
                    hasPrimary |= !items[i].IsBackup;
                }
            }

            if (hasPrimary || !anyPrimary)
            {
                return count == 1 ? scratch[0] : Choose(query, scratch[..count], scratch);
            }
        }
    }

    private long NextBelow(ReadOnlySpan<int> candidates, long tier)
    {
        var next = long.MinValue;
        foreach (var i in candidates)
        {
            var priority = items[i].Priority;
            if (priority < tier && priority > next)
            {
                next = priority;
            }
        }

        return next;
    }

    /// <summary><paramref name="scratch"/> may be the memory of <paramref name="candidates"/>: it is filled from the front, never ahead.</summary>
    private int Choose(in RouteQuery query, ReadOnlySpan<int> candidates, Span<int> scratch)
    {
        var count = 0;
        foreach (var i in candidates)
        {
            if (!items[i].IsBackup)
            {
                scratch[count++] = i;
            }
        }

        var survivors = count == 0 ? candidates : scratch[..count];
        return strategy.Choose(survivors, items, query);
    }
}

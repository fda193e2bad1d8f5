using System.Buffers;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing.Selectors;

/// <summary>
/// The selection pipeline of a hop: failed nodes out, priority, backups out, strategy. Immutable but for the round; takes no lock and
/// allocates nothing for up to 128 nodes. Source: spec/forwarding.md section 2.
/// </summary>
internal sealed class NodeSelector(Node[] nodes, ISelectionStrategy strategy)
{
    private const int OnStack = 128;

    /// <summary>The nodes in configuration order.</summary>
    public ReadOnlySpan<Node> Nodes => nodes;

    /// <summary>
    /// A node, null when there is none. When all are failed it is the first of them, so that a hop never goes dark. Nodes in
    /// <paramref name="tried"/> are not there.
    /// </summary>
    public Node? Select(Inbound? inbound, HashSet<Node>? tried)
    {
        if (nodes.Length <= OnStack)
        {
            return Select(inbound, tried, stackalloc int[OnStack], stackalloc int[OnStack]);
        }

        var rented = ArrayPool<int>.Shared.Rent(2 * nodes.Length);
        var chosen = Select(inbound, tried, rented.AsSpan(0, nodes.Length), rented.AsSpan(nodes.Length, nodes.Length));
        ArrayPool<int>.Shared.Return(rented);
        return chosen;
    }

    private Node? Select(Inbound? inbound, HashSet<Node>? tried, Span<int> candidates, Span<int> scratch)
    {
        var count = 0;
        Node? firstFailed = null;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (tried?.Contains(nodes[i]) == true)
            {
                continue;
            }

            if (nodes[i].IsFailed)
            {
                firstFailed ??= nodes[i];
                continue;
            }

            candidates[count++] = i;
        }

        return count switch
        {
            0 => firstFailed,
            1 => nodes[candidates[0]],
            _ => nodes[SelectByPriority(inbound, candidates[..count], scratch)],
        };
    }

    private int SelectByPriority(Inbound? inbound, ReadOnlySpan<int> candidates, Span<int> scratch)
    {
        var anyPrimary = false;
        var highest = long.MinValue;
        var lowest = long.MaxValue;
        foreach (var i in candidates)
        {
            anyPrimary |= !nodes[i].Traits.Backup;
            highest = Math.Max(highest, nodes[i].Traits.Priority);
            lowest = Math.Min(lowest, nodes[i].Traits.Priority);
        }

        if (highest == lowest)
        {
            return Choose(inbound, candidates, scratch);
        }

        // A tier of backups only is passed over while a primary is somewhere below; one that has a primary always ends the loop.
        for (var tier = highest; ; tier = NextBelow(candidates, tier))
        {
            var count = 0;
            var hasPrimary = false;
            foreach (var i in candidates)
            {
                if (nodes[i].Traits.Priority == tier)
                {
                    scratch[count++] = i;
                    hasPrimary |= !nodes[i].Traits.Backup;
                }
            }

            if (hasPrimary || !anyPrimary)
            {
                return count == 1 ? scratch[0] : Choose(inbound, scratch[..count], scratch);
            }
        }
    }

    private long NextBelow(ReadOnlySpan<int> candidates, long tier)
    {
        var next = long.MinValue;
        foreach (var i in candidates)
        {
            var priority = nodes[i].Traits.Priority;
            if (priority < tier && priority > next)
            {
                next = priority;
            }
        }

        return next;
    }

    /// <summary><paramref name="scratch"/> may be the memory of <paramref name="candidates"/>: it is filled from the front, never ahead.</summary>
    private int Choose(Inbound? inbound, ReadOnlySpan<int> candidates, Span<int> scratch)
    {
        var count = 0;
        foreach (var i in candidates)
        {
            if (!nodes[i].Traits.Backup)
            {
                scratch[count++] = i;
            }
        }

        var survivors = count == 0 ? candidates : scratch[..count];
        return strategy.Choose(survivors, nodes, inbound);
    }
}

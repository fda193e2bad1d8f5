using Gost.Engine.Routing.Selectors;

namespace Gost.Engine.Routing;

/// <summary>Nodes that are selected among, with their health; immutable but for that.</summary>
internal sealed class NodeSet
{
    private readonly Node[] _nodes;
    private readonly RoundCounter _round;
    private readonly Selector<Node> _selector;

    private NodeSet(Node[] nodes, RoundCounter round, Selector<Node> selector) => (_nodes, _round, _selector) = (nodes, round, selector);

    /// <summary>
    /// Builds the set. The round and the failures of nodes that stay, known by name and address, are shared with
    /// <paramref name="previous"/>; nodes equal in both are told apart by their order.
    /// </summary>
    public static NodeSet Create(IReadOnlyList<NodeSeed> seeds, string strategy, TimeProvider time, Random random, NodeSet? previous = null)
    {
        var known = previous?._nodes.ToList() ?? [];
        var nodes = new Node[seeds.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            var seed = seeds[i];
            var at = known.FindIndex(x => x.ConfiguredName == seed.Name && x.Addr == seed.Addr);
            var marker = at < 0 ? new FailureMarker(time) : known[at].Marker;
            if (at >= 0)
            {
                known.RemoveAt(at);
            }

            nodes[i] = new Node(seed, marker);
        }

        var round = previous?._round ?? new RoundCounter();
        return new NodeSet(nodes, round, new Selector<Node>(nodes, SelectionStrategies.Create(strategy, round, random)));
    }

    /// <summary>The nodes in configuration order.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Lets the dialers of its nodes go; those that another set took over live on.</summary>
    public async ValueTask ReleaseAsync()
    {
        foreach (var node in _nodes)
        {
            if (node.Transport is { } transport)
            {
                await transport.Dialers.ReleaseAsync();
            }
        }
    }

    /// <summary>A node for the flow, null when there is none that was not tried.</summary>
    public Node? Select(in RouteQuery query, HashSet<Node>? tried) => _selector.Select(query, tried);
}

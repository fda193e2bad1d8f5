using Gost.Engine.Abstractions;

namespace Gost.Engine.Routing;

/// <summary>One flow's way through the targets of a service. A target is charged once, however often it is tried for the flow.</summary>
internal sealed class TargetWalk(TargetSource.Snapshot targets, Inbound inbound, TargetNetwork network)
{
    private readonly RouteQuery _query = new(network, null, inbound);
    private HashSet<Node>? _tried;
    private HashSet<Node>? _charged;
    private HashSet<HopChoice>? _exhausted;
    private HopChoice? _hop;
    private Node? _node;
    private bool _placeholderTried;

    /// <summary>The target that is to be tried.</summary>
    public Target Target { get; private set; } = Target.Placeholder(network);

    /// <summary>Its name, empty for the placeholder.</summary>
    public string Name => _node?.Name ?? "";

    /// <summary>How many targets are left, the current one included.</summary>
    public int Remaining => Math.Max(1, targets.Count - (_tried?.Count ?? 0));

    /// <summary>Why there was no target at all.</summary>
    public string NoNodeReason => targets switch
    {
        { Missing: { } missing } => $"hop {missing} does not exist",
        { Group: { } group } => group.Reason,
        _ => "node not available",
    };

    /// <summary>Begins anew for another attempt.</summary>
    public void Restart()
    {
        _tried?.Clear();
        _exhausted?.Clear();
        _hop = null;
        _placeholderTried = false;
    }

    /// <summary>Goes to the next target; false when there is none that was not tried.</summary>
    public bool MoveNext()
    {
        if (targets.IsPlaceholder)
        {
            return !_placeholderTried && (_placeholderTried = true);
        }

        _node = targets.Group is { } group ? NextOf(group) : targets.Hop?.Select(_query, _tried);
        if (_node is null)
        {
            return false;
        }

        Target = _node.TargetFor(network);
        return true;
    }

    /// <summary>Charges the current target with a failure.</summary>
    public void Failed()
    {
        if (_node is null)
        {
            return;
        }

        (_tried ??= []).Add(_node);
        if ((_charged ??= []).Add(_node))
        {
            _node.Marker.MarkFailure();
        }
    }

    /// <summary>The current target was reached.</summary>
    public void Succeeded()
    {
        _node?.Marker.Reset();
        inbound.Counters.Target = Target.ToString();
    }

    /// <summary>A target of the hop that was selected for the flow; of another one when it has none left.</summary>
    private Node? NextOf(HopGroup group)
    {
        while ((_hop ??= group.Select(_query, _exhausted)) is { } hop)
        {
            if (hop.Current?.Select(_query, _tried) is { } node)
            {
                return node;
            }

            (_exhausted ??= []).Add(hop);
            _hop = null;
        }

        return null;
    }
}

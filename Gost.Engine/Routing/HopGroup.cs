using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Routing.Selectors;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>Hops of targets of which one is selected per flow. Immutable but for the round. Source: spec/config.md section 4.</summary>
internal sealed class HopGroup
{
    private readonly HopChoice[] _choices;
    private readonly RoundCounter _round;
    private readonly Selector<HopChoice> _selector;

    private HopGroup(HopChoice[] choices, string strategy, RoundCounter round)
    {
        (_choices, _round) = (choices, round);
        _selector = new Selector<HopChoice>(choices, SelectionStrategies.Create(strategy, round, Random.Shared));
    }

    /// <summary>Builds the group that stands in a forwarder; the round goes on where <paramref name="previous"/> was.</summary>
    public static HopGroup Compile(HopGroupConfig config, EngineServices engine, List<Finding> findings, HopGroup? previous)
    {
        HopChoice[] choices = [.. config.Hops.Select((x, i) => new HopChoice(
            engine.Objects.Hops.Get(x.Hop),
            SelectionRule.Compile(x.Matcher, null, $"/forwarder/hopGroup/hops/{i}", engine, findings)))];
        return new HopGroup(choices, config.Selector?.Strategy ?? "", previous?._round ?? new RoundCounter());
    }

    /// <summary>All targets, hop by hop.</summary>
    public IEnumerable<Node> Nodes => _choices.SelectMany(static x => x.Current?.Nodes ?? []);

    /// <summary>Why nothing could be selected.</summary>
    public string Reason => _choices.All(static x => x.Current is null)
        ? $"none of the hops {string.Join(", ", _choices.Select(static x => x.Name))} exists"
        : "no hop has a target for this connection";

    /// <summary>A hop for the flow, null when there is none that was not tried.</summary>
    public HopChoice? Select(in RouteQuery query, HashSet<HopChoice>? tried) => _selector.Select(query, tried);
}

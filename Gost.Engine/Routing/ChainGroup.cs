using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Routing.Rules;
using Gost.Engine.Routing.Selectors;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing;

/// <summary>
/// The chains of a service: the one that <c>chain</c> names and those of <c>chainGroup</c>, of which one is selected per flow. Immutable but for
/// the round. Source: spec/config.md section 6.
/// </summary>
internal sealed class ChainGroup
{
    private readonly ChainChoice[] _choices;
    private readonly Selector<ChainChoice> _selector;

    private ChainGroup(ChainChoice[] choices, ISelectionStrategy strategy) => (_choices, _selector) = (choices, new Selector<ChainChoice>(choices, strategy));

    /// <summary>The chains of a part of a service; null when it names none.</summary>
    /// <param name="chain">Member <c>chain</c>: the group's first entry.</param>
    /// <param name="group">Member <c>chainGroup</c>.</param>
    /// <param name="pointer">The group's pointer.</param>
    /// <param name="engine">Where chains are looked up.</param>
    /// <param name="findings">Takes what is wrong with rules.</param>
    public static ChainGroup? Compile(string chain, ChainGroupConfig? group, string pointer, EngineServices engine, List<Finding> findings)
    {
        List<ChainChoice> choices = [];
        if (chain.Length > 0)
        {
            choices.Add(new ChainChoice(engine.Objects.Chains.Get(chain), SelectionRule.Any, group?.Selector));
        }

        for (var i = 0; i < group?.Chains.Count; i++)
        {
            var entry = group.Chains[i];
            var rule = SelectionRule.Compile(entry.Matcher, null, $"{pointer}/chains/{i}", engine, findings);
            choices.Add(new ChainChoice(engine.Objects.Chains.Get(entry.Chain), rule, group.Selector));
        }

        return choices.Count == 0
            ? null
            : new ChainGroup([.. choices], SelectionStrategies.Create(group?.Selector?.Strategy ?? "", new RoundCounter(), Random.Shared));
    }

    /// <summary>
    /// Selects a chain and its nodes; a chain that has no node for the flow makes room for another. Throws <see cref="FlowException"/> (select)
    /// when none can take it; with <paramref name="directFallback"/> the way has no steps then, as GOST's.
    /// </summary>
    public (Chain? Chain, RouteStep[] Steps) Select(in RouteQuery query, bool directFallback)
    {
        HashSet<ChainChoice>? tried = null;
        FlowException? last = null;
        while (_selector.Select(query, tried) is { } choice)
        {
            if (choice.Current is { } chain)
            {
                try
                {
                    return (chain, chain.Select(query, directFallback));
                }
                catch (FlowException exception) when (_choices.Length > 1)
                {
                    last = exception;
                }
            }

            (tried ??= []).Add(choice);
        }

        return directFallback ? (null, []) : throw last ?? new FlowException(FlowLayer.Select, FlowError.NoNode, Reason()) { Hop = "" };
    }

    private string Reason()
    {
        var missing = _choices.Where(static x => x.Current is null).ToList();
        return _choices.Length == 1 && missing.Count == 1 ? $"chain {_choices[0].Name} does not exist"
            : missing.Count == _choices.Length ? $"none of the chains {string.Join(", ", missing.Select(static x => x.Name))} exists"
            : $"no chain takes this connection: the rules of {string.Join(", ", _choices.Except(missing).Select(static x => x.Name))} do not match";
    }
}

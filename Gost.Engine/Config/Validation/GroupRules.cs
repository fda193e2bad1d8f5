using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Groups of chains and of hops.</summary>
internal static class GroupRules
{
    /// <summary>A <c>chainGroup</c> at <paramref name="pointer"/>.</summary>
    public static void CheckChains(Report report, string pointer, ChainGroupConfig group)
    {
        NodeRules.CheckSelector(report, pointer, group.Selector, isForwarder: true);
        if (group.Chains.Count == 0)
        {
            report.Warn(pointer, "a group without chains has no effect");
        }

        for (var i = 0; i < group.Chains.Count; i++)
        {
            var entry = group.Chains[i];
            CheckEntry(report, $"{pointer}/chains/{i}", "chain", entry.Chain, entry.Matcher, entry.Probe, knowsHost: true);
        }
    }

    /// <summary>The <c>hopGroup</c> of a forwarder.</summary>
    public static void CheckHops(Report report, HopGroupConfig group)
    {
        const string Pointer = "/forwarder/hopGroup";
        NodeRules.CheckSelector(report, Pointer, group.Selector, isForwarder: true);
        if (group.Selector is { MaxFails: not 0 })
        {
            report.Warn($"{Pointer}/selector/maxFails", "maxFails of a group of hops has no effect: a hop is failed while all its nodes are");
        }

        if (group.Selector is { } selector && selector.FailTimeout != default)
        {
            report.Warn($"{Pointer}/selector/failTimeout", "failTimeout of a group of hops has no effect: a hop is failed while all its nodes are");
        }

        for (var i = 0; i < group.Hops.Count; i++)
        {
            var entry = group.Hops[i];
            CheckEntry(report, $"{Pointer}/hops/{i}", "hop", entry.Hop, entry.Matcher, entry.Probe, knowsHost: false);
        }
    }

    private static void CheckEntry(
        Report report, string pointer, string noun, string name, MatcherConfig? matcher, ProbeConfig? probe, bool knowsHost)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            report.Error(pointer, $"the entry names no {noun}");
        }

        NodeRules.CheckRule(report, pointer, matcher, null, "filter", knowsHost);
        NodeRules.CheckProbe(report, pointer, probe);
    }
}

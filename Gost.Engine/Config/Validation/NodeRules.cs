using System.Collections.Frozen;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;
using Gost.Engine.Routing.Rules;

namespace Gost.Engine.Config.Validation;

/// <summary>What holds for the nodes of forwarders and of hops alike.</summary>
internal static class NodeRules
{
    private static readonly FrozenSet<string> Networks = new[] { "", "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6", "unix" }.ToFrozenSet();

    /// <summary>An address that is dialled.</summary>
    /// <param name="report">Takes the findings.</param>
    /// <param name="pointer">The node's pointer.</param>
    /// <param name="addr">Its <c>addr</c>.</param>
    /// <param name="network">Its <c>network</c>.</param>
    /// <param name="needsPort">False for targets: GOST dials <c>:0</c> behind a host without port.</param>
    public static void CheckAddress(Report report, string pointer, string addr, string network, bool needsPort)
    {
        if (!Networks.Contains(network))
        {
            report.Error($"{pointer}/network", $"unknown network {JsonPointer.Shorten(network)}; use tcp, udp or unix");
            return;
        }

        var place = $"{pointer}/addr";
        if (addr.Length == 0)
        {
            report.Error(place, "the node has no addr");
            return;
        }

        if (network == "unix" || addr[0] is '/' or '@')
        {
            // 108 bytes of sun_path with the NUL at its end.
            if (System.Text.Encoding.UTF8.GetByteCount(addr) > 107)
            {
                report.Error(place, "the socket path is longer than 107 bytes");
            }

            return;
        }

        if (HostPort.TryParse(addr, out _, out var fault))
        {
            return;
        }

        if (fault.IsPortMissing && !needsPort)
        {
            report.Warn(place, $"the address {JsonPointer.Shorten(addr)} has no port; port 0 is dialled");
            return;
        }

        var hint = fault.Suggestion is null ? "" : $"; did you mean {fault.Suggestion}?";
        report.Error(place, $"the address {JsonPointer.Shorten(addr)} {fault.Message}{hint}", fault.Suggestion);
    }

    /// <summary>Names within one forwarder or hop: a node is known by name and position, so a double is only odd.</summary>
    public static void CheckNames(Report report, string pointer, IEnumerable<string> names)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        var i = 0;
        foreach (var name in names)
        {
            var place = $"{pointer}/{i++}/name";
            if (name.Any(char.IsControl))
            {
                report.Error(place, "the name has control characters");
            }
            else if (name.Length > 0 && !seen.Add(name))
            {
                report.Warn(place, $"the node name {JsonPointer.Shorten(name)} is used twice; nodes are told apart by position");
            }
        }
    }

    /// <summary>A selector; <paramref name="isForwarder"/> refuses what has no meaning for targets.</summary>
    public static void CheckSelector(Report report, string pointer, SelectorConfig? selector, bool isForwarder)
    {
        if (selector is null)
        {
            return;
        }

        var place = $"{pointer}/selector/strategy";
        switch (selector.Strategy)
        {
            case "" or "round" or "rr" or "random" or "rand" or "fifo" or "ha" or "hash":
                break;
            case "parallel" when isForwarder:
                report.Error(place, "strategy parallel dials nodes of a chain; for targets use round, random, fifo or hash");
                break;
            case "parallel" or "lowestlatency" or "lowest" or "ll":
                report.Warn(place, $"strategy {selector.Strategy} is kept but has no effect yet: round is used");
                break;
            default:
                var suggestion = Binding.Suggestions.Find(selector.Strategy, ["round", "random", "fifo", "hash"]);
                var hint = suggestion is null ? "" : $"; did you mean {suggestion}?";
                report.Warn(place, $"unknown strategy {JsonPointer.Shorten(selector.Strategy)}: round is used{hint}", suggestion);
                break;
        }

        if (selector.MaxFails > int.MaxValue)
        {
            report.Error($"{pointer}/selector/maxFails", $"maxFails is at most {int.MaxValue}");
        }

        if (selector.MaxLatency != default)
        {
            report.Warn($"{pointer}/selector/maxLatency", "maxLatency is kept but has no effect yet");
        }
    }

    /// <summary>Selector options of one node, in its metadata.</summary>
    public static void CheckMetadata(Report report, string pointer, ConfigMap<object?> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        MetadataReader reader = new(metadata, $"{pointer}/metadata");
        _ = reader.GetInt(0, int.MinValue, int.MaxValue, "weight");
        _ = reader.GetInt(0, int.MinValue, int.MaxValue, "maxFails", "max_fails");
        _ = reader.GetDuration(default, "failTimeout", "fail_timeout");
        _ = reader.GetBool(false, "backup");
        foreach (var finding in reader.Findings)
        {
            report.Error(finding.Pointer, finding.Message);
        }
    }

    /// <summary>What a node, hop or chain takes; warns where it can never take anything.</summary>
    /// <param name="report">Takes the findings.</param>
    /// <param name="pointer">The pointer of what has the rule.</param>
    /// <param name="matcher">Its matcher.</param>
    /// <param name="filter">Its filter, null where there is none.</param>
    /// <param name="filterMember">The member that is pointed to.</param>
    /// <param name="knowsHost">Whether the target is known when it is judged; it is not while targets are what is being selected.</param>
    public static void CheckRule(Report report, string pointer, MatcherConfig? matcher, NodeFilterConfig? filter, string filterMember, bool knowsHost)
    {
        if (matcher is not null)
        {
            CheckMatcher(report, pointer, matcher, knowsHost);
            if (filter is not null && matcher.Rule.Length > 0)
            {
                report.Warn($"{pointer}/{filterMember}", "the matcher is used, so the filter has no effect");
                return;
            }
        }

        if (filter is { Protocol.Length: > 0 } or { Path.Length: > 0 })
        {
            report.Warn($"{pointer}/{filterMember}", "protocol and path of a filter need a look into the stream, which no handler of this build takes: nothing is selected by it");
        }
        else if (filter is { Host.Length: > 0 } && !knowsHost)
        {
            report.Warn($"{pointer}/{filterMember}", "a connection names no host before its target is selected: nothing is selected by this filter");
        }
    }

    private static void CheckMatcher(Report report, string pointer, MatcherConfig matcher, bool knowsHost)
    {
        if (matcher.BodySize != 0)
        {
            report.Warn($"{pointer}/matcher/bodySize", "bodySize of a matcher has no effect: no handler of this build looks into the stream");
        }

        if (matcher.Rule.Length == 0)
        {
            return;
        }

        try
        {
            foreach (var function in RuleParser.Parse(matcher.Rule, null).Functions)
            {
                var reason = function.Needs switch
                {
                    RuleNeed.Request => "needs a look into the stream, which no handler of this build takes",
                    RuleNeed.Host when !knowsHost => "needs the host, which is not known before a target is selected",
                    RuleNeed.Unsupported => "names an object that this build does not enforce",
                    _ => null,
                };
                if (reason is not null)
                {
                    report.Warn($"{pointer}/matcher/rule", $"{function.Name} of the matcher {reason}: what depends on it does not match");
                }
            }
        }
        catch (RuleException exception)
        {
            report.Error($"{pointer}/matcher/rule", exception.Message, exception.Suggestion);
        }
    }

    /// <summary>An active health check; commands are never run.</summary>
    public static void CheckProbe(Report report, string pointer, ProbeConfig? probe)
    {
        if (probe is null)
        {
            return;
        }

        if (probe.Type == "cmd" || probe.Command.Count > 0)
        {
            report.Error($"{pointer}/probe", "commands in configuration are refused; use a tcp or http probe");
            return;
        }

        report.Warn($"{pointer}/probe", "probe is kept but has no effect yet");
    }
}

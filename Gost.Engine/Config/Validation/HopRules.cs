using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>What holds for a hop, whether it stands alone or inside a chain.</summary>
internal static class HopRules
{
    /// <summary>Said of a node that has no types; it says nothing where the node is a target.</summary>
    public const string TargetOnly = "the node names neither connector nor dialer: it is usable as a forward target only";

    /// <summary>Checks a hop and its nodes.</summary>
    /// <param name="report">Takes the findings.</param>
    /// <param name="pointer">The hop's pointer; empty for a hop that stands alone.</param>
    /// <param name="hop">The hop.</param>
    /// <param name="metadata">Where the override of protective members is looked for: the object's own metadata.</param>
    public static void Check(Report report, string pointer, HopConfig hop, ConfigMap<object?> metadata)
    {
        NodeRules.CheckSelector(report, pointer, hop.Selector, isForwarder: false);
        NodeRules.CheckNames(report, $"{pointer}/nodes", hop.Nodes.Select(static x => x.Name));
        ProtectionAspect.Check(report, metadata, pointer.Length == 0 ? "hop" : "chain",
        [
            ($"{pointer}/bypass", "bypass", hop.Bypass.Length > 0),
            ($"{pointer}/bypasses", "bypasses", hop.Bypasses.Count > 0),
            .. hop.Nodes.SelectMany((x, i) => new[]
            {
                ($"{pointer}/nodes/{i}/bypass", "bypass of a node", x.Bypass.Length > 0),
                ($"{pointer}/nodes/{i}/bypasses", "bypasses of a node", x.Bypasses.Count > 0),
            }),
        ]);
        foreach (var (member, isSet) in new[] { ("redis", hop.Redis is not null), ("http", hop.Http is not null), ("plugin", hop.Plugin is not null) })
        {
            if (isSet)
            {
                report.Warn($"{pointer}/{member}", $"nodes are not loaded from {member} yet: only those listed here are used");
            }
        }

        CheckFile(report, pointer, hop);
        CheckNetns(report, $"{pointer}/metadata", hop.Metadata);
        for (var i = 0; i < hop.Nodes.Count; i++)
        {
            // A hop that stands alone may be what a forwarder's hop names: targets, which say nothing of how they are dialled.
            var node = hop.Nodes[i];
            CheckNode(report, $"{pointer}/nodes/{i}", node, isTarget: pointer.Length == 0 && node is { Connector: null, Dialer: null });
        }
    }

    private static void CheckFile(Report report, string pointer, HopConfig hop)
    {
        var isReference = pointer.Length > 0 && ChainAspect.IsReference(hop);
        if (hop.File is not null && isReference)
        {
            report.Warn($"{pointer}/file", "a hop without nodes is the name of another one inside a chain: its file is not read");
        }
        else if (hop.File is { Path.Length: 0 })
        {
            report.Warn($"{pointer}/file", "file names no path: nothing is loaded");
        }

        if (hop.Reload != default && (isReference || hop.File is not { Path.Length: > 0 }))
        {
            report.Warn($"{pointer}/reload", "reload has no effect without a file: there is nothing to read again");
        }
    }

    private static void CheckNode(Report report, string pointer, NodeConfig node, bool isTarget)
    {
        // The defaults are GOST's.
        var connector = node.Connector?.Type is { Length: > 0 } c ? c : "http";
        var dialer = node.Dialer?.Type is { Length: > 0 } d ? d : "tcp";
        if (isTarget)
        {
            report.Warn(pointer, TargetOnly);
        }
        else
        {
            TypeAspect.Check(report, node.Connector?.Type, connector, "connector", GostTypeNames.Connectors, report.Context.Supported.Connectors, pointer);
            TypeAspect.Check(report, node.Dialer?.Type, dialer, "dialer", GostTypeNames.Dialers, report.Context.Supported.Dialers, pointer);
            if ((connector == "sshd") != (dialer == "sshd"))
            {
                var noun = connector == "sshd" ? "dialer" : "connector";
                report.Error($"{pointer}/{noun}/type", $"connector {connector} cannot go with dialer {dialer}: sshd goes with sshd only; another protocol over SSH has dialer ssh", "sshd");
            }

            var supported = report.Context.Supported;
            PartRules.CheckClient(report, pointer, "connector", connector, supported.Connectors, node.Connector?.Auth, node.Connector?.Tls);
            PartRules.CheckClient(report, pointer, "dialer", dialer, supported.Dialers, node.Dialer?.Auth, node.Dialer?.Tls);
        }

        // These make no connection of their own.
        if (dialer is not ("direct" or "virtual") && connector is not ("direct" or "virtual"))
        {
            NodeRules.CheckAddress(report, pointer, node.Addr, node.Network, needsPort: !isTarget);
        }

        NodeRules.CheckRule(report, pointer, node.Matcher, node.Filter, "filter", knowsHost: !isTarget);
        NodeRules.CheckMetadata(report, pointer, node.Metadata);
        NodeRules.CheckProbe(report, pointer, node.Probe);
        CheckNetns(report, $"{pointer}/metadata", node.Metadata);
        if (node.Netns.Length > 0)
        {
            report.Error($"{pointer}/netns", "netns is not supported by this build");
        }

        foreach (var (member, isSet) in new[]
        {
            ("http", node.Http is not null), ("tls", node.Tls is not null),
        })
        {
            if (isSet)
            {
                report.Warn($"{pointer}/{member}", $"{member} of a node is kept but has no effect yet");
            }
        }
    }

    private static void CheckNetns(Report report, string pointer, ConfigMap<object?> metadata)
    {
        if (metadata.ContainsKey("netns"))
        {
            report.Error($"{pointer}/netns", "netns is not supported by this build");
        }
    }
}

using Gost.Engine.Config.Model;
using Gost.Engine.Routing;

namespace Gost.Engine.Config.Validation;

/// <summary>The targets of a service and how one is chosen.</summary>
internal sealed class ForwarderAspect : Aspect<ServiceConfig>
{
    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        if (config.Handler is { Retries: < 0 or > 1_000 })
        {
            report.Error("/handler/retries", "retries is from 0 to 1000");
        }

        if (config.Forwarder is not { } forwarder)
        {
            return;
        }

        if (forwarder.HopGroup is { Hops.Count: > 0 } group)
        {
            GroupRules.CheckHops(report, group);
            if (forwarder.Hop.Length + forwarder.Name.Length + forwarder.Nodes.Count > 0)
            {
                report.Warn("/forwarder/hopGroup", "hopGroup is used, so hop, name and nodes beside it have no effect");
            }

            return;
        }

        if (forwarder.HopGroup is not null)
        {
            report.Warn("/forwarder/hopGroup", "a group without hops has no effect");
        }

        if (forwarder.Hop.Length + forwarder.Name.Length > 0)
        {
            var member = forwarder.Hop.Length > 0 ? "hop" : "name";
            if (forwarder.Nodes.Count > 0)
            {
                report.Warn("/forwarder/nodes", $"forwarder.{member} names a hop, so the nodes here are not used");
            }

            if (forwarder.Selector is not null)
            {
                report.Warn("/forwarder/selector", $"forwarder.{member} names a hop, so its selector is used and the one here is not");
            }

            if (forwarder.Hop.Length > 0 && forwarder.Name.Length > 0 && forwarder.Name != forwarder.Hop)
            {
                report.Warn("/forwarder/name", "forwarder.name is the old name of forwarder.hop, which is set: it has no effect");
            }

            return;
        }

        NodeRules.CheckSelector(report, "/forwarder", forwarder.Selector, isForwarder: true);
        NodeRules.CheckNames(report, "/forwarder/nodes", forwarder.Nodes.Select(static x => x.Name));
        for (var i = 0; i < forwarder.Nodes.Count; i++)
        {
            CheckNode(report, $"/forwarder/nodes/{i}", forwarder.Nodes[i]);
        }
    }

    private static void CheckNode(Report report, string pointer, ForwardNodeConfig node)
    {
        NodeRules.CheckAddress(report, pointer, node.Addr, node.Network, needsPort: false);
        NodeRules.CheckMetadata(report, pointer, node.Metadata);
        NodeRules.CheckProbe(report, pointer, node.Probe);
        var filter = NodeSeeds.FilterOf(node);
        NodeRules.CheckRule(report, pointer, node.Matcher, filter == new NodeFilterConfig() ? null : filter, FilterMember(node), knowsHost: false);
        foreach (var (member, value) in new (string, object?)[] { ("auth", node.Auth), ("http", node.Http), ("tls", node.Tls) })
        {
            if (value is not null)
            {
                report.Warn($"{pointer}/{member}", $"{member} of a target acts only under sniffing; it is kept but has no effect yet");
            }
        }
    }

    private static string FilterMember(ForwardNodeConfig node) =>
        node.Filter is not null ? "filter" : node.Host.Length > 0 ? "host" : node.Protocol.Length > 0 ? "protocol" : "path";
}

using Gost.Engine.Config.Model;

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

        if (forwarder.HopGroup is not null)
        {
            report.Error("/forwarder/hopGroup", "hopGroup is not supported by this build; name one hop in forwarder.hop");
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
        if (node.Filter is not null || node.Host.Length + node.Protocol.Length + node.Path.Length > 0)
        {
            report.Warn($"{pointer}/{FilterMember(node)}", "a node's filter is kept but has no effect yet: the node serves every connection");
        }

        if (node.Matcher is not null)
        {
            report.Warn($"{pointer}/matcher", "a node's matcher is kept but has no effect yet: the node serves every connection");
        }

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

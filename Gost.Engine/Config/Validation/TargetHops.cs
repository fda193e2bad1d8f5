using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>A hop whose nodes are the targets of a service (<c>forwarder.hop</c>): they are dialled as the service says, not as the hop does.</summary>
internal static class TargetHops
{
    /// <summary>The findings of the hop as far as they matter for targets, and what of it has no effect on them.</summary>
    public static IEnumerable<Finding> Judge(HopConfig hop, IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (finding.Message != HopRules.TargetOnly)
            {
                yield return finding;
            }
        }

        foreach (var finding in Inert("", [("interface", hop.Interface.Length > 0), ("sockopts", hop.Sockopts is not null), ("hosts", hop.Hosts.Length > 0), ("resolver", hop.Resolver.Length > 0)]))
        {
            yield return finding;
        }

        for (var i = 0; i < hop.Nodes.Count; i++)
        {
            var node = hop.Nodes[i];
            foreach (var finding in Inert($"/nodes/{i}",
            [
                ("connector", node.Connector is not null), ("dialer", node.Dialer is not null), ("interface", node.Interface.Length > 0),
                ("sockopts", node.Sockopts is not null), ("hosts", node.Hosts.Length > 0), ("resolver", node.Resolver.Length > 0),
            ]))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> Inert(string pointer, (string Member, bool IsSet)[] members) => members.Where(static x => x.IsSet).Select(x => new Finding(
        $"{pointer}/{x.Member}",
        $"{x.Member} has no effect on a target; how targets are dialled is set in the service",
        FindingSeverity.Warning));
}

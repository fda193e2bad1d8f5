using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>The targets in the path of a <c>-L</c> URL and how several listen ports share them. Source: spec/cli.md section 3.</summary>
internal static class ForwardTargets
{
    /// <summary>
    /// Reads the comma-separated targets, port ranges expanded; empty when the path is. Takes their number off <paramref name="left"/>, what
    /// the whole command line may still name; negative, with a finding, when that is not enough.
    /// </summary>
    public static IReadOnlyList<ForwardNodeConfig> Read(string path, string prefix, ref int left, ArgumentFindings findings)
    {
        var text = path.Trim('/');
        if (text.Length == 0)
        {
            return [];
        }

        List<string> addresses = [];
        foreach (var item in text.Split(','))
        {
            if (item.Length == 0)
            {
                findings.Add("a target between commas is empty", "remove the surplus comma");
            }
            else
            {
                _ = AddressExpansion.TryExpand(item, addresses, CommandLineConverter.MostServices, findings);
            }
        }

        left -= addresses.Count;
        if (left < 0)
        {
            findings.Add(
                $"more than {CommandLineConverter.MostTargets} targets with those of the arguments before",
                "use fewer or smaller port ranges or a configuration file");
            return [];
        }

        return [.. addresses.Select((x, i) => new ForwardNodeConfig { Name = $"{prefix}target-{i}", Addr = x })];
    }

    /// <summary>The handler of a service with targets: what was asked for counts only if it is <c>relay</c>.</summary>
    public static string HandlerFor(string handler, string listener) => handler switch
    {
        "relay" => handler,
        _ => listener is "tcp" or "udp" or "rtcp" or "rudp" or "tun" or "tap" or "dns" or "unix" or "runix" or "serial" ? listener : "forward",
    };

    /// <summary>
    /// The forwarder of the i-th address: one address takes all targets, one target serves all addresses, else the i-th takes the i-th.
    /// Null, with a finding, when there are more addresses than targets.
    /// </summary>
    public static Func<int, ForwarderConfig?>? Distribute(
        IReadOnlyList<ForwardNodeConfig> targets, IReadOnlyList<string> addresses, SelectorConfig? selector, ArgumentFindings findings)
    {
        if (targets.Count == 0)
        {
            return static _ => null;
        }

        if (addresses.Count == 1 || targets.Count == 1)
        {
            ForwarderConfig shared = new() { Selector = selector, Nodes = [.. targets] };
            return _ => shared;
        }

        if (addresses.Count > targets.Count)
        {
            findings.Add(
                $"{addresses.Count} listen ports but {targets.Count} targets, '{addresses[targets.Count]}' and what follows would have none",
                "give one target for all ports or at least as many targets as ports");
            return null;
        }

        return i => new ForwarderConfig { Selector = selector, Nodes = [targets[i]] };
    }
}

using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Turns one <c>-F</c> URL into a hop. Source: spec/cli.md sections 2, 4 and 5.</summary>
internal static class NodeUrl
{
    private const int MostNodes = 4096;

    /// <summary>The hop of the <paramref name="index"/>-th <c>-F</c>; null, with findings, when it cannot be converted.</summary>
    public static HopConfig? Convert(string text, int index, DerivedObjects objects, ArgumentFindings findings)
    {
        findings.Begin("-F", text);
        if (text.AsSpan().Trim().IsEmpty)
        {
            findings.Add("the value is empty", "write a node such as socks5://192.168.1.2:1080");
            return null;
        }

        var before = findings.Count;
        if (GostUrl.ParseNode(text, findings) is not { } url || SchemeTypes.Node(url.Scheme, findings) is not { } types)
        {
            return null;
        }

        var parameters = url.Parameters;
        var selector = SelectorParameters.Take(parameters, findings);
        HopConfig hop = new()
        {
            Name = $"hop-{index}",
            Selector = selector,
            Bypass = parameters.TryFind("bypass", out var bypass) ? objects.AddBypass(bypass) : "",
            Resolver = parameters.TryFind("resolver", out var resolver) ? objects.AddResolver(resolver, prefer: "") : "",
            Hosts = parameters.TryFind("hosts", out var hosts) ? objects.AddHosts(hosts, findings) : "",
        };
        RemoveUsed(parameters, hop);
        MoveToHop(parameters, findings);

        var auth = AuthParameters.Take(url, parameters, findings);
        var hopMetadata = parameters.For("hop.", "hop.", "node.", "connector.", "dialer.").ToMetadata();

        // The hop keeps copies of the TLS parameters; node, connector and dialer do not.
        var tls = TlsParameters.TakeDialer(parameters, url.Host, findings);
        var overSsh = types.Dialer is "ssh" or "sshd";
        NodeConfig node = new()
        {
            Connector = new ConnectorConfig
            {
                Type = types.Connector,
                Auth = overSsh ? null : auth,
                Metadata = NodePart(parameters, "connector."),
            },
            Dialer = new DialerConfig
            {
                Type = types.Dialer,
                Auth = overSsh ? auth : null,
                Tls = tls,
                Metadata = NodePart(parameters, "dialer."),
            },
            Metadata = NodePart(parameters, "node."),
        };

        var addresses = Addresses(url).Where(static x => x.Length > 0).ToArray();
        if (addresses.Length > MostNodes)
        {
            findings.Add($"more than {MostNodes} nodes", "spread them over several -F or use a configuration file");
        }

        return findings.Count > before
            ? null
            : hop with { Nodes = [.. addresses.Select((x, i) => node with { Name = $"node-{i}", Addr = x })], Metadata = hopMetadata };
    }

    private static void RemoveUsed(ParameterSet parameters, HopConfig hop)
    {
        if (hop.Bypass.Length > 0)
        {
            parameters.RemoveExact("bypass");
        }

        if (hop.Resolver.Length > 0)
        {
            parameters.RemoveExact("resolver");
        }

        if (hop.Hosts.Length > 0)
        {
            parameters.RemoveExact("hosts");
        }
    }

    private static void MoveToHop(ParameterSet parameters, ArgumentFindings findings)
    {
        if (parameters.TryFind("interface", out var device))
        {
            parameters.Remove("interface");
            parameters.Set("hop.interface", device);
        }

        foreach (var key in (ReadOnlySpan<string>)["so_mark", "proxyProtocol"])
        {
            if (parameters.FindInt(findings, key) is var number and > 0)
            {
                parameters.Remove(key);
                parameters.Set("hop." + key, number);
            }
        }
    }

    private static ConfigMap<object?> NodePart(ParameterSet parameters, string prefix) =>
        parameters.For(prefix, "hop.", "node.", "connector.", "dialer.").ToMetadata();

    // unix:///path and serial:///path name the address by path; elsewhere the path of a node means nothing.
    private static string[] Addresses(GostUrl url) =>
        url.Host.Length == 0 && url.Scheme.Split('+').Any(static x => x is "unix" or "runix" or "serial") ? url.Path.Split(',') : url.Host.Split(',');
}

using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Turns one <c>-L</c> URL into services, one per listen port, still without names and chain. Source: spec/cli.md sections 2, 3 and 5.
/// </summary>
internal static class ServiceUrl
{
    /// <summary>The services of one <c>-L</c>; empty, with findings, when it cannot be converted.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="targetPrefix">What the names of targets begin with.</param>
    /// <param name="limit">The most listen ports.</param>
    /// <param name="targetsLeft">The targets that the command line may still name; negative, with a finding, when these are too many.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static IReadOnlyList<ServiceConfig> Convert(string text, string targetPrefix, int limit, ref int targetsLeft, ArgumentFindings findings)
    {
        findings.Begin("-L", text);
        var before = findings.Count;
        if (GostUrl.ParseListen(text, findings) is not { } url || SchemeTypes.Service(url.Scheme, findings) is not { } types)
        {
            return [];
        }

        var byPath = url.Host.Length == 0 && url.Scheme.Split('+').Any(static x => x is "unix" or "runix" or "serial");
        var addresses = ListenAddresses(url, byPath, limit, findings);
        var targets = byPath ? [] : ForwardTargets.Read(url.Path, targetPrefix, ref targetsLeft, findings);
        var handler = targets.Count > 0 ? ForwardTargets.HandlerFor(types.Handler, types.Listener) : types.Handler;
        if (types.Listener == "stdio" && targets.Count == 0 && url.Host.Length > 0)
        {
            // There is nothing to listen on: the host is the target.
            targets = [new ForwardNodeConfig { Name = targetPrefix + "target-0", Addr = url.Host }];
            handler = handler == "auto" ? "tcp" : handler;
        }

        var template = Template(url, handler, types.Listener, findings);
        var selector = SelectorParameters.Take(url.Parameters, findings);
        template = template with
        {
            Metadata = Part(url.Parameters, "service."),
            Handler = template.Handler! with { Metadata = Part(url.Parameters, "handler.") },
            Listener = template.Listener! with { Metadata = Part(url.Parameters, "listener.") },
        };
        var forwarders = findings.Count > before ? null : ForwardTargets.Distribute(targets, addresses, selector, findings);
        return forwarders is null ? [] : [.. addresses.Select((x, i) => template with { Addr = x, Forwarder = forwarders(i) })];
    }

    private static List<string> ListenAddresses(GostUrl url, bool byPath, int limit, ArgumentFindings findings)
    {
        List<string> addresses = [];
        if (byPath)
        {
            addresses.Add(url.Path);
        }
        else
        {
            _ = AddressExpansion.TryExpand(url.Host, addresses, limit, findings);
        }

        return addresses;
    }

    private static ServiceConfig Template(GostUrl url, string handler, string listener, ArgumentFindings findings)
    {
        var parameters = url.Parameters;
        var auth = AuthParameters.Take(url, parameters, findings);
        var tls = TlsParameters.TakeListener(parameters);
        if (parameters.TryFind("dns", out var servers))
        {
            parameters.Set("dns", new ConfigList<object?>([.. servers.Split(',')]));
        }

        foreach (var key in (ReadOnlySpan<string>)["interface", "netns", "netns.out"])
        {
            if (parameters.TryFind(key, out var value))
            {
                parameters.Remove(key);
                parameters.Set("service." + key, value);
            }
        }

        foreach (var key in (ReadOnlySpan<string>)["so_mark", "proxyProtocol"])
        {
            if (parameters.FindInt(findings, key) is var number and > 0)
            {
                parameters.Remove(key);
                parameters.Set("service." + key, number);
            }
        }

        var overSsh = listener is "ssh" or "sshd";
        return new ServiceConfig
        {
            Handler = new HandlerConfig { Type = handler, Auth = overSsh ? null : auth },
            Listener = new ListenerConfig { Type = listener, Auth = overSsh ? auth : null, Tls = tls },
        };
    }

    private static ConfigMap<object?> Part(ParameterSet parameters, string prefix) =>
        parameters.For(prefix, "service.", "handler.", "listener.").ToMetadata();
}

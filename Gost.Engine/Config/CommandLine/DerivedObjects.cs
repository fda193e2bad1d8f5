using System.Globalization;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// The objects that parameters stand for (<c>bypass=</c>, <c>admission=</c>, limiters, …), numbered per kind in the order they are met:
/// hops before services. Source: spec/cli.md sections 2 and 5.
/// </summary>
internal sealed class DerivedObjects
{
    private readonly List<AdmissionConfig> _admissions = [];
    private readonly List<BypassConfig> _bypasses = [];
    private readonly List<ResolverConfig> _resolvers = [];
    private readonly List<HostsConfig> _hosts = [];
    private readonly List<LimiterConfig> _limiters = [];
    private readonly List<LimiterConfig> _connectionLimiters = [];
    private readonly List<LimiterConfig> _rateLimiters = [];

    /// <summary>The document with these objects.</summary>
    public GostConfig AddTo(GostConfig document) => document with
    {
        Admissions = [.. _admissions],
        Bypasses = [.. _bypasses],
        Resolvers = [.. _resolvers],
        Hosts = [.. _hosts],
        Limiters = [.. _limiters],
        CLimiters = [.. _connectionLimiters],
        RLimiters = [.. _rateLimiters],
    };

    /// <summary>An admission of comma-separated matchers, <c>~</c> in front for a whitelist; gives its name.</summary>
    public string AddAdmission(string text)
    {
        AdmissionConfig admission = new() { Name = $"admission-{_admissions.Count}", Whitelist = text.StartsWith('~'), Matchers = [.. Items(text)] };
        _admissions.Add(admission);
        return admission.Name;
    }

    /// <summary>A bypass of comma-separated matchers, <c>~</c> in front for a whitelist; gives its name.</summary>
    public string AddBypass(string text)
    {
        BypassConfig bypass = new() { Name = $"bypass-{_bypasses.Count}", Whitelist = text.StartsWith('~'), Matchers = [.. Items(text)] };
        _bypasses.Add(bypass);
        return bypass.Name;
    }

    /// <summary>A resolver of comma-separated name servers; gives its name.</summary>
    public string AddResolver(string text, string prefer)
    {
        ResolverConfig resolver = new()
        {
            Name = $"resolver-{_resolvers.Count}",
            Nameservers = [.. text.Split(',').Where(static x => x.Length > 0).Select(x => new NameserverConfig { Addr = x, Prefer = prefer })],
        };
        _resolvers.Add(resolver);
        return resolver.Name;
    }

    /// <summary>A table of comma-separated <c>name:ip</c> pairs; gives its name.</summary>
    public string AddHosts(string text, ArgumentFindings findings)
    {
        List<HostMappingConfig> mappings = [];
        foreach (var item in text.Split(',').Where(static x => x.Length > 0))
        {
            var colon = item.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                findings.Add($"parameter 'hosts' holds '{item}'", "write name:address, several with commas");
                continue;
            }

            mappings.Add(new HostMappingConfig { Hostname = item[..colon], Ip = item[(colon + 1)..] });
        }

        HostsConfig hosts = new() { Name = $"hosts-{_hosts.Count}", Mappings = [.. mappings] };
        _hosts.Add(hosts);
        return hosts.Name;
    }

    /// <summary>A traffic limiter of the given lines; gives its name.</summary>
    public string AddLimiter(IReadOnlyList<string> limits)
    {
        LimiterConfig limiter = new() { Name = $"limiter-{_limiters.Count}", Limits = [.. limits] };
        _limiters.Add(limiter);
        return limiter.Name;
    }

    /// <summary>A limiter of concurrent connections; gives its name.</summary>
    public string AddConnectionLimiter(long connections)
    {
        LimiterConfig limiter = new()
        {
            Name = $"climiter-{_connectionLimiters.Count}",
            Limits = [string.Create(CultureInfo.InvariantCulture, $"$ {connections}")],
        };
        _connectionLimiters.Add(limiter);
        return limiter.Name;
    }

    /// <summary>A limiter of connections per second; gives its name.</summary>
    public string AddRateLimiter(decimal perSecond)
    {
        LimiterConfig limiter = new()
        {
            Name = $"rlimiter-{_rateLimiters.Count}",
            Limits = ["$ " + perSecond.ToString("0.############################", CultureInfo.InvariantCulture)],
        };
        _rateLimiters.Add(limiter);
        return limiter.Name;
    }

    private static IEnumerable<string> Items(string text) => (text.StartsWith('~') ? text[1..] : text).Split(',').Where(static x => x.Length > 0);
}

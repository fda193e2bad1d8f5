using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config;

/// <summary>
/// One listed kind of object: its member of the document and path segment (<see cref="Name"/>), the noun of its messages
/// and the record that holds one. Source: spec/api.md sections 2 and 3.
/// </summary>
public sealed class ConfigKind
{
    private readonly Func<GostConfig, IEnumerable<NamedConfig>> _read;

    private ConfigKind(string name, string noun, Type recordType, Func<GostConfig, IEnumerable<NamedConfig>> read)
    {
        (Name, Noun, RecordType, _read) = (name, noun, recordType, read);
    }

    public static ConfigKind Services { get; } = new("services", "service", typeof(ServiceConfig), static x => x.Services);
    public static ConfigKind Chains { get; } = new("chains", "chain", typeof(ChainConfig), static x => x.Chains);
    public static ConfigKind Hops { get; } = new("hops", "hop", typeof(HopConfig), static x => x.Hops);
    public static ConfigKind Authers { get; } = new("authers", "auther", typeof(AutherConfig), static x => x.Authers);
    public static ConfigKind Admissions { get; } = new("admissions", "admission", typeof(AdmissionConfig), static x => x.Admissions);
    public static ConfigKind Bypasses { get; } = new("bypasses", "bypass", typeof(BypassConfig), static x => x.Bypasses);
    public static ConfigKind Resolvers { get; } = new("resolvers", "resolver", typeof(ResolverConfig), static x => x.Resolvers);
    public static ConfigKind Hosts { get; } = new("hosts", "hosts", typeof(HostsConfig), static x => x.Hosts);
    public static ConfigKind Ingresses { get; } = new("ingresses", "ingress", typeof(IngressConfig), static x => x.Ingresses);
    public static ConfigKind Routers { get; } = new("routers", "router", typeof(RouterConfig), static x => x.Routers);
    public static ConfigKind Sds { get; } = new("sds", "sd", typeof(SdConfig), static x => x.Sds);
    public static ConfigKind Recorders { get; } = new("recorders", "recorder", typeof(RecorderConfig), static x => x.Recorders);
    public static ConfigKind Limiters { get; } = new("limiters", "limiter", typeof(LimiterConfig), static x => x.Limiters);
    public static ConfigKind CLimiters { get; } = new("climiters", "limiter", typeof(LimiterConfig), static x => x.CLimiters);
    public static ConfigKind RLimiters { get; } = new("rlimiters", "limiter", typeof(LimiterConfig), static x => x.RLimiters);
    public static ConfigKind Quotas { get; } = new("quotas", "quota", typeof(QuotaConfig), static x => x.Quotas);
    public static ConfigKind Observers { get; } = new("observers", "observer", typeof(ObserverConfig), static x => x.Observers);
    public static ConfigKind Caches { get; } = new("caches", "cache", typeof(CacheConfig), static x => x.Caches);
    public static ConfigKind Rewriters { get; } = new("rewriters", "rewriter", typeof(RewriterConfig), static x => x.Rewriters);
    public static ConfigKind Loggers { get; } = new("loggers", "logger", typeof(LoggerConfig), static x => x.Loggers);

    /// <summary>Every kind, in the document's order.</summary>
    public static ImmutableArray<ConfigKind> All { get; } =
    [
        Services, Chains, Hops, Authers, Admissions, Bypasses, Resolvers, Hosts, Ingresses, Routers, Sds, Recorders,
        Limiters, CLimiters, RLimiters, Quotas, Observers, Rewriters, Caches, Loggers,
    ];

    /// <summary>The member of the document and the path segment, <c>services</c> for one.</summary>
    public string Name { get; }

    /// <summary>The word of messages: <c>service X not found</c>.</summary>
    public string Noun { get; }

    /// <summary>The record that holds one object; derives from <see cref="NamedConfig"/>.</summary>
    public Type RecordType { get; }

    /// <summary>The objects of this kind in a document, in order.</summary>
    public IEnumerable<NamedConfig> Read(GostConfig document) => _read(document);

    /// <summary>Finds a kind by its <see cref="Name"/>.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKind? kind)
    {
        kind = All.FirstOrDefault(x => x.Name == name);
        return kind is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

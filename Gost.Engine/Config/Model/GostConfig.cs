using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>A whole configuration document. Property order is the order of writing. Source: spec/config.md section 2.</summary>
public sealed record GostConfig
{
    [AlwaysWritten] public ConfigList<ServiceConfig> Services { get; init; } = [];
    public ConfigList<ChainConfig> Chains { get; init; } = [];
    public ConfigList<HopConfig> Hops { get; init; } = [];
    public ConfigList<AutherConfig> Authers { get; init; } = [];
    public ConfigList<AdmissionConfig> Admissions { get; init; } = [];
    public ConfigList<BypassConfig> Bypasses { get; init; } = [];
    public ConfigList<ResolverConfig> Resolvers { get; init; } = [];
    public ConfigList<HostsConfig> Hosts { get; init; } = [];
    public ConfigList<IngressConfig> Ingresses { get; init; } = [];
    public ConfigList<RouterConfig> Routers { get; init; } = [];
    public ConfigList<SdConfig> Sds { get; init; } = [];
    public ConfigList<RecorderConfig> Recorders { get; init; } = [];
    public ConfigList<LimiterConfig> Limiters { get; init; } = [];
    [ConfigName("climiters")] public ConfigList<LimiterConfig> CLimiters { get; init; } = [];
    [ConfigName("rlimiters")] public ConfigList<LimiterConfig> RLimiters { get; init; } = [];
    public ConfigList<QuotaConfig> Quotas { get; init; } = [];
    public ConfigList<ObserverConfig> Observers { get; init; } = [];
    public ConfigList<RewriterConfig> Rewriters { get; init; } = [];
    public ConfigList<CacheConfig> Caches { get; init; } = [];
    public ConfigList<LoggerConfig> Loggers { get; init; } = [];
    public TlsConfig? Tls { get; init; }
    public LogConfig? Log { get; init; }
    public ProfilingConfig? Profiling { get; init; }
    public ApiConfig? Api { get; init; }
    public MetricsConfig? Metrics { get; init; }
}

/// <summary>What every listed object has: a name, unique within its kind.</summary>
public abstract record NamedConfig
{
    [AlwaysWritten] public string Name { get; init; } = "";
}

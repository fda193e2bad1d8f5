using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.ControlPlane;

/// <summary>Writes a state as one document.</summary>
internal static class DocumentExport
{
    public static GostConfig Of(DesiredState state) => state.Singletons with
    {
        Services = List<ServiceConfig>(state, ConfigKind.Services),
        Chains = List<ChainConfig>(state, ConfigKind.Chains),
        Hops = List<HopConfig>(state, ConfigKind.Hops),
        Authers = List<AutherConfig>(state, ConfigKind.Authers),
        Admissions = List<AdmissionConfig>(state, ConfigKind.Admissions),
        Bypasses = List<BypassConfig>(state, ConfigKind.Bypasses),
        Resolvers = List<ResolverConfig>(state, ConfigKind.Resolvers),
        Hosts = List<HostsConfig>(state, ConfigKind.Hosts),
        Ingresses = List<IngressConfig>(state, ConfigKind.Ingresses),
        Routers = List<RouterConfig>(state, ConfigKind.Routers),
        Sds = List<SdConfig>(state, ConfigKind.Sds),
        Recorders = List<RecorderConfig>(state, ConfigKind.Recorders),
        Limiters = List<LimiterConfig>(state, ConfigKind.Limiters),
        CLimiters = List<LimiterConfig>(state, ConfigKind.CLimiters),
        RLimiters = List<LimiterConfig>(state, ConfigKind.RLimiters),
        Quotas = List<QuotaConfig>(state, ConfigKind.Quotas),
        Observers = List<ObserverConfig>(state, ConfigKind.Observers),
        Rewriters = List<RewriterConfig>(state, ConfigKind.Rewriters),
        Caches = List<CacheConfig>(state, ConfigKind.Caches),
        Loggers = List<LoggerConfig>(state, ConfigKind.Loggers),
    };

    private static ConfigList<T> List<T>(DesiredState state, ConfigKind kind)
        where T : NamedConfig => [.. state.OfKind(kind).Select(static x => (T)x.Config)];
}

using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Kinds of objects that are kept and listed but that this build does not act on.</summary>
internal sealed class KindAspect : Aspect<NamedConfig>
{
    /// <inheritdoc/>
    protected override void Check(NamedConfig config, Report report)
    {
        var effect = config switch
        {
            LimiterConfig => "limiters are kept but not enforced by this build",
            QuotaConfig => "quotas are kept but not enforced by this build",
            BypassConfig => "bypasses are kept but not enforced by this build",
            IngressConfig or RouterConfig or SdConfig or RecorderConfig or ObserverConfig or RewriterConfig or CacheConfig or LoggerConfig =>
                "objects of this kind are kept but have no effect yet",
            _ => null,
        };
        if (effect is not null)
        {
            report.Warn("", effect);
        }
    }
}

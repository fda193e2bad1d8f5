using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>
/// Protective members that this build does not enforce are refused: they never fail open (contract.md, What runs). Metadata
/// <c>compat.ignoreUnsupported: true</c> of the service turns the refusal into a warning.
/// </summary>
internal sealed class ProtectionAspect : Aspect<ServiceConfig>
{
    /// <summary>The key of the override.</summary>
    public const string Override = "compat.ignoreUnsupported";

    /// <summary>Reports each protective member that is set.</summary>
    public static void Check(Report report, ConfigMap<object?> metadata, string owner, IEnumerable<(string Pointer, string Member, bool IsSet)> members)
    {
        var isOverridden = new MetadataReader(metadata, "/metadata").GetBool(false, Override);
        foreach (var (pointer, member, isSet) in members)
        {
            if (!isSet)
            {
                continue;
            }

            if (isOverridden)
            {
                report.Warn(pointer, $"{member} is not enforced by this build and has no effect");
            }
            else
            {
                report.Error(pointer, $"{member} is not enforced by this build; remove it, or set metadata {Override}: true of the {owner} to run without it");
            }
        }
    }

    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        var nodes = config.Forwarder?.Nodes ?? [];
        Check(report, config.Metadata, "service",
        [
            ("/bypass", "bypass", config.Bypass.Length > 0),
            ("/bypasses", "bypasses", config.Bypasses.Count > 0),
            ("/limiter", "limiter", config.Limiter.Length > 0),
            ("/climiter", "climiter", config.CLimiter.Length > 0),
            ("/rlimiter", "rlimiter", config.RLimiter.Length > 0),
            ("/quotas", "quotas", config.Quotas.Count > 0),
            ("/handler/limiter", "handler.limiter", config.Handler?.Limiter.Length > 0),
            .. nodes.SelectMany(static (x, i) => new[]
            {
                ($"/forwarder/nodes/{i}/bypass", "bypass of a node", x.Bypass.Length > 0),
                ($"/forwarder/nodes/{i}/bypasses", "bypasses of a node", x.Bypasses.Count > 0),
            }),
        ]);
    }
}

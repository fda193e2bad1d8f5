using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Security;

namespace Gost.Engine.Config.Validation;

/// <summary>Matchers of an admission: IP addresses and CIDRs; names are not resolved (spec/config.md section 8).</summary>
internal sealed class AdmissionAspect : Aspect<AdmissionConfig>
{
    /// <inheritdoc/>
    protected override void Check(AdmissionConfig config, Report report)
    {
        for (var i = 0; i < config.Matchers.Count; i++)
        {
            if (!AddressSet.TryParse(config.Matchers[i].Trim(), out _, out _))
            {
                report.Error(
                    $"/matchers/{i}",
                    $"{JsonPointer.Shorten(config.Matchers[i])} is neither an IP address nor a network such as 192.168.0.0/16; names are not resolved here");
            }
        }

        var isWhitelist = config.Whitelist || config.Reverse;
        SourceRules.CheckSources(report, config.Reload, config.File, config.Redis, config.Http, config.Plugin, isWhitelist
            ? "its matchers are not loaded, so the addresses in it are refused"
            : "its matchers are not loaded, so everybody is refused");
        if (isWhitelist && config is { Matchers.Count: 0, File: null })
        {
            report.Warn("/matchers", "an empty whitelist refuses everybody");
        }
    }
}

using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>A hop that stands alone.</summary>
internal sealed class HopAspect : Aspect<HopConfig>
{
    /// <inheritdoc/>
    protected override void Check(HopConfig config, Report report) => HopRules.Check(report, "", config, config.Metadata);
}

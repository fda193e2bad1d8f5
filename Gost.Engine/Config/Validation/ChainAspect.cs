using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>A chain and the hops written inside it.</summary>
internal sealed class ChainAspect : Aspect<ChainConfig>
{
    /// <summary>Whether an entry of a chain names a hop instead of being one (spec/config.md section 6).</summary>
    public static bool IsReference(HopConfig hop) => hop.Nodes.Count == 0 && hop.Plugin is null;

    /// <inheritdoc/>
    protected override void Check(ChainConfig config, Report report)
    {
        if (config.Hops.Count == 0)
        {
            report.Warn("/hops", "the chain has no hops: connections through it are refused");
        }

        NodeRules.CheckMetadata(report, "", config.Metadata);
        for (var i = 0; i < config.Hops.Count; i++)
        {
            var hop = config.Hops[i];
            if (IsReference(hop) && string.IsNullOrWhiteSpace(hop.Name))
            {
                report.Error($"/hops/{i}", "a hop needs nodes, or the name of a hop that has some");
                continue;
            }

            HopRules.Check(report, $"/hops/{i}", hop, config.Metadata);
        }
    }
}

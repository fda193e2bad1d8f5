using System.Net;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Validation;

/// <summary>A table of names and addresses.</summary>
internal sealed class HostsAspect : Aspect<HostsConfig>
{
    /// <inheritdoc/>
    protected override void Check(HostsConfig config, Report report)
    {
        for (var i = 0; i < config.Mappings.Count; i++)
        {
            var mapping = config.Mappings[i];
            if (!IPAddress.TryParse(mapping.Ip, out _))
            {
                report.Error($"/mappings/{i}/ip", $"\"{JsonPointer.Shorten(mapping.Ip)}\" is no IP address");
            }

            if (string.IsNullOrWhiteSpace(mapping.Hostname))
            {
                report.Error($"/mappings/{i}/hostname", "the mapping has no hostname");
            }
        }

        SourceRules.CheckSources(report, config.Reload, config.File, config.Redis, config.Http, config.Plugin, "its mappings are not loaded");
    }
}

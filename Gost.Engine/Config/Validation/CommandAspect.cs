using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Commands in configuration would run with the program's rights; they are refused (design.md section 1).</summary>
internal sealed class CommandAspect : Aspect<ServiceConfig>
{
    /// <inheritdoc/>
    protected override void Check(ServiceConfig config, Report report)
    {
        foreach (var key in config.Metadata.Keys)
        {
            if (key.ToUpperInvariant() is "PREUP" or "POSTUP" or "PREDOWN" or "POSTDOWN")
            {
                report.Error($"/metadata/{Nodes.JsonPointer.Escape(key)}", $"{key}: commands in configuration are refused");
            }
        }
    }
}

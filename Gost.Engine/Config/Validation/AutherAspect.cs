using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Named credentials.</summary>
internal sealed class AutherAspect : Aspect<AutherConfig>
{
    /// <inheritdoc/>
    protected override void Check(AutherConfig config, Report report)
    {
        for (var i = 0; i < config.Auths.Count; i++)
        {
            if (config.Auths[i] is { Username.Length: 0, File.Length: 0 })
            {
                report.Warn($"/auths/{i}", "an entry without username is ignored");
            }
            else if (config.Auths[i] is { Password.Length: 0, File.Length: 0 })
            {
                report.Warn($"/auths/{i}", "an empty password accepts any password for this user");
            }
        }

        SourceRules.CheckSources(report, config.Reload, config.File, config.Redis, config.Http, config.Plugin, "its credentials are not loaded, so they are not accepted");
        if (config is { Auths.Count: 0, File: null })
        {
            report.Warn("/auths", "an auther without credentials refuses everybody");
        }
    }
}

using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>Entries that lie outside: files are read, the rest is not yet.</summary>
internal static class SourceRules
{
    /// <summary>Warns about sources that are not loaded, with what follows from that.</summary>
    public static void CheckUnloaded(Report report, RedisSourceConfig? redis, HttpSourceConfig? http, PluginConfig? plugin, string effect)
    {
        foreach (var (member, value) in new (string, object?)[] { ("redis", redis), ("http", http), ("plugin", plugin) })
        {
            if (value is not null)
            {
                report.Warn($"/{member}", $"{member} is kept but has no effect yet: {effect}");
            }
        }
    }
}

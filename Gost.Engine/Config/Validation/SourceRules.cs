using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Validation;

/// <summary>Entries that lie outside: files are read, the rest is not yet.</summary>
internal static class SourceRules
{
    /// <summary>Warns about sources that are not loaded, with what follows from that, and of <c>reload</c> without a file that it reads again.</summary>
    public static void CheckSources(
        Report report, GoDuration reload, FileSourceConfig? file, RedisSourceConfig? redis, HttpSourceConfig? http, PluginConfig? plugin, string effect)
    {
        foreach (var (member, value) in new (string, object?)[] { ("redis", redis), ("http", http), ("plugin", plugin) })
        {
            if (value is not null)
            {
                report.Warn($"/{member}", $"{member} is kept but has no effect yet: {effect}");
            }
        }

        if (file is { Path.Length: 0 })
        {
            report.Warn("/file", "file names no path: nothing is loaded");
        }

        if (reload != default && file is not { Path.Length: > 0 })
        {
            report.Warn("/reload", "reload has no effect without a file: there is nothing to read again");
        }
    }
}

using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Api.CommandLine;

/// <summary>Lays documents over each other as GOST does: lists are joined, the single objects of a later one replace those before.</summary>
internal static class DocumentMerge
{
    /// <summary>The first document with the second laid over it.</summary>
    public static GostConfig Merge(GostConfig first, GostConfig second) => new()
    {
        Services = Join(first.Services, second.Services),
        Chains = Join(first.Chains, second.Chains),
        Hops = Join(first.Hops, second.Hops),
        Authers = Join(first.Authers, second.Authers),
        Admissions = Join(first.Admissions, second.Admissions),
        Bypasses = Join(first.Bypasses, second.Bypasses),
        Resolvers = Join(first.Resolvers, second.Resolvers),
        Hosts = Join(first.Hosts, second.Hosts),
        Ingresses = Join(first.Ingresses, second.Ingresses),
        Routers = Join(first.Routers, second.Routers),
        Sds = Join(first.Sds, second.Sds),
        Recorders = Join(first.Recorders, second.Recorders),
        Limiters = Join(first.Limiters, second.Limiters),
        CLimiters = Join(first.CLimiters, second.CLimiters),
        RLimiters = Join(first.RLimiters, second.RLimiters),
        Quotas = Join(first.Quotas, second.Quotas),
        Observers = Join(first.Observers, second.Observers),
        Rewriters = Join(first.Rewriters, second.Rewriters),
        Caches = Join(first.Caches, second.Caches),
        Loggers = Join(first.Loggers, second.Loggers),
        Tls = second.Tls ?? first.Tls,
        Log = second.Log ?? first.Log,
        Profiling = second.Profiling ?? first.Profiling,
        Api = second.Api ?? first.Api,
        Metrics = second.Metrics ?? first.Metrics,
    };

    /// <summary>A finding for every name that two objects of one kind have, saying which sources they come from.</summary>
    public static IEnumerable<Finding> FindDuplicates(IReadOnlyList<SourceDocument> sources)
    {
        foreach (var kind in ConfigKind.All)
        {
            Dictionary<string, string> seen = new(StringComparer.Ordinal);
            foreach (var (label, document, lines) in sources)
            {
                var index = 0;
                foreach (var name in kind.Read(document).Select(static x => x.Name))
                {
                    var pointer = $"/{kind.Name}/{index++}/name";
                    if (name.Length > 0 && !seen.TryAdd(name, label))
                    {
                        var line = lines.LineOf(pointer);
                        var what = $"{kind.Noun} '{name}' is defined {(seen[name] == label ? "twice" : "in " + seen[name] + " too")}; names are unique per kind, rename one";
                        yield return new Finding(pointer, LoadedSources.Message(label, line, pointer, what), Line: line);
                    }
                }
            }
        }
    }

    private static ConfigList<T> Join<T>(ConfigList<T> first, ConfigList<T> second) =>
        second.Count == 0 ? first : first.Count == 0 ? second : [.. first, .. second];
}

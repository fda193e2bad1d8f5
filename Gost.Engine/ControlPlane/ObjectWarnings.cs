using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>
/// What of the named objects in force has no effect, for the status of the services that use them. Kept per object, so that a changed chain
/// shows at once in services that are not touched. The control plane is the one writer; any thread reads.
/// </summary>
internal sealed class ObjectWarnings
{
    private const string FilePointer = "/file/path";

    // Others do not act, which the service that names one is told of itself.
    private static readonly ImmutableArray<ConfigKind> Acting =
        [ConfigKind.Chains, ConfigKind.Hops, ConfigKind.Authers, ConfigKind.Admissions, ConfigKind.Hosts, ConfigKind.Resolvers];

    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new();

    /// <summary>Replaces what is known of an object; <paramref name="file"/> is asked anew each time, for it may be read again.</summary>
    public void Set(ObjectKey key, ImmutableArray<Finding> findings, IFileBacked? file) => _entries[key] =
        new Entry([.. findings.Where(x => x.Severity == FindingSeverity.Warning && (file is null || x.Pointer != FilePointer)).Distinct()], file);

    /// <summary>An object of the store that cannot run here; who uses it finds nothing under its name, or its last good form.</summary>
    public void SetRefused(ObjectKey key, Finding error) => _entries[key] =
        new Entry([error with { Message = $"it is not in force: {error.Message}" }], null) { IsRefused = true };

    /// <summary>Whether the object is wanted but not in force.</summary>
    public bool IsRefused(ObjectKey key) => _entries.TryGetValue(key, out var entry) && entry.IsRefused;

    /// <summary>The object is gone.</summary>
    public void Remove(ObjectKey key) => _entries.TryRemove(key, out _);

    /// <summary>The warnings of every object that a service names, directly or through others: <c>chains/c: /hops/0: …</c>.</summary>
    public IEnumerable<string> Of(ServiceConfig service, DesiredState state)
    {
        HashSet<(ObjectKey, bool)> seen = [];
        return References.Of(service).SelectMany(x => Of(x, state, seen)).Distinct(StringComparer.Ordinal);
    }

    private IEnumerable<string> Of(Reference reference, DesiredState state, HashSet<(ObjectKey, bool)> seen)
    {
        // A hop is judged otherwise where its nodes are targets.
        var isTarget = reference.Kind == ConfigKind.Hops && reference.Pointer.StartsWith("/forwarder/", StringComparison.Ordinal);
        if (!Acting.Contains(reference.Kind) || !seen.Add((reference.Key, isTarget)) || state.Find(reference.Kind, reference.Name) is not { } found)
        {
            yield break;
        }

        var entry = _entries.GetValueOrDefault(reference.Key) ?? Entry.Empty;
        foreach (var finding in isTarget ? TargetHops.Judge((HopConfig)found.Config, entry.Findings) : entry.Findings)
        {
            yield return Text(reference.Key, finding.Pointer, finding.Message);
        }

        if (entry.File?.FileWarning is { } warning)
        {
            yield return Text(reference.Key, FilePointer, warning);
        }

        if (isTarget)
        {
            // What its nodes name serves the dialling of nodes, not of targets.
            yield break;
        }

        foreach (var next in References.Of(found.Config))
        {
            if (Acting.Contains(next.Kind) && state.Find(next.Kind, next.Name) is null)
            {
                yield return Text(reference.Key, next.Pointer, next.Missing);
            }

            foreach (var text in Of(next, state, seen))
            {
                yield return text;
            }
        }
    }

    private static string Text(ObjectKey key, string pointer, string message) => pointer.Length == 0 ? $"{key}: {message}" : $"{key}: {pointer}: {message}";

    private sealed record Entry(ImmutableArray<Finding> Findings, IFileBacked? File)
    {
        public static Entry Empty { get; } = new([], null);

        public bool IsRefused { get; init; }
    }
}

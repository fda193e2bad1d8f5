using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>The state a change leads to, and how it differs from the state before.</summary>
/// <param name="Before">The state in force.</param>
/// <param name="State">The state that is wanted, one revision on; the same as <paramref name="Before"/> when nothing differs.</param>
/// <param name="Upserts">Added and changed objects, in the order they were given.</param>
/// <param name="Moves">Objects of which only ordinal or origin changed.</param>
/// <param name="Removed">Objects that go.</param>
/// <param name="Singletons">New single members, null when they are unchanged.</param>
/// <param name="Prefixes">For documents: the pointer of each object in the document. Empty for changes of one object.</param>
internal sealed record Candidate(
    DesiredState Before,
    DesiredState State,
    ImmutableArray<DesiredObject> Upserts,
    ImmutableArray<DesiredObject> Moves,
    ImmutableArray<DesiredObject> Removed,
    GostConfig? Singletons,
    IReadOnlyDictionary<ObjectKey, string> Prefixes)
{
    /// <summary>Nothing is to be stored.</summary>
    public bool IsEmpty => Upserts.IsEmpty && Moves.IsEmpty && Removed.IsEmpty && Singletons is null;

    /// <summary>What the store writes.</summary>
    public ConfigChange ToChange() => new(Upserts, Moves, [.. Removed.Select(static x => x.Key)], Singletons);

    /// <summary>What the answer shows.</summary>
    public ChangePlan ToPlan() => new(
        [.. Upserts.Where(IsNew).Select(static x => x.Key.ToString())],
        [.. Upserts.Where(x => !IsNew(x)).Select(static x => x.Key.ToString())],
        [.. Removed.Select(static x => x.Key.ToString())],
        [.. Upserts.Where(Moved).Select(static x => x.Key.ToString())]);

    /// <summary>A finding about an object, seen from what was sent.</summary>
    public Finding Place(ObjectKey key, Finding finding) =>
        Prefixes.TryGetValue(key, out var prefix) ? finding with { Pointer = prefix + finding.Pointer } : finding;

    private bool IsNew(DesiredObject value) => !Before.Objects.ContainsKey(value.Key);

    private bool Moved(DesiredObject value) =>
        value.Config is ServiceConfig next
        && Before.Objects.GetValueOrDefault(value.Key)?.Config is ServiceConfig last
        && (next.Addr.Trim() != last.Addr.Trim() || Transport(next) != Transport(last));

    private static string Transport(ServiceConfig service) => service.Listener?.Type is { Length: > 0 } type ? type : "tcp";
}

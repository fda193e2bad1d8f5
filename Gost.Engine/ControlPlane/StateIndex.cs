using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;

namespace Gost.Engine.ControlPlane;

/// <summary>
/// What a state is asked for at each change: the objects of a kind in order, the services at a port, who uses a name. Immutable; the index of the
/// next state is made of the one before and of what differs, so that a change costs what it touches and not what there is.
/// </summary>
internal sealed class StateIndex
{
    private static readonly ImmutableSortedSet<DesiredObject> None = ImmutableSortedSet.Create<DesiredObject>(new ByOrdinal());

    private readonly ImmutableDictionary<ConfigKind, ImmutableSortedSet<DesiredObject>> _kinds;
    private readonly ImmutableDictionary<PortPlace, ImmutableSortedSet<DesiredObject>> _ports;
    private readonly ImmutableDictionary<ObjectKey, ImmutableHashSet<ObjectKey>> _users;

    private StateIndex(
        ImmutableDictionary<ConfigKind, ImmutableSortedSet<DesiredObject>> kinds,
        ImmutableDictionary<PortPlace, ImmutableSortedSet<DesiredObject>> ports,
        ImmutableDictionary<ObjectKey, ImmutableHashSet<ObjectKey>> users)
    {
        (_kinds, _ports, _users) = (kinds, ports, users);
    }

    /// <summary>The index of nothing.</summary>
    public static StateIndex Empty { get; } = new(
        ImmutableDictionary<ConfigKind, ImmutableSortedSet<DesiredObject>>.Empty,
        ImmutableDictionary<PortPlace, ImmutableSortedSet<DesiredObject>>.Empty,
        ImmutableDictionary<ObjectKey, ImmutableHashSet<ObjectKey>>.Empty);

    /// <summary>The objects of a kind, in order.</summary>
    public ImmutableSortedSet<DesiredObject> OfKind(ConfigKind kind) => _kinds.GetValueOrDefault(kind, None);

    /// <summary>The services that take a port of this host, whatever their addresses, in order.</summary>
    public ImmutableSortedSet<DesiredObject> AtPort(PortPlace place) => _ports.GetValueOrDefault(place, None);

    /// <summary>The objects that use a name, whether it exists or not.</summary>
    public ImmutableHashSet<ObjectKey> UsersOf(ObjectKey name) => _users.GetValueOrDefault(name, ImmutableHashSet<ObjectKey>.Empty);

    /// <summary>The index without <paramref name="removed"/>, which are in it, and with <paramref name="added"/>, which are not.</summary>
    public StateIndex With(IEnumerable<DesiredObject> removed, IEnumerable<DesiredObject> added)
    {
        var kinds = _kinds.ToBuilder();
        var ports = _ports.ToBuilder();
        var users = _users.ToBuilder();
        Dictionary<ConfigKind, ImmutableSortedSet<DesiredObject>.Builder> open = [];
        foreach (var value in removed)
        {
            Open(value.Kind).Remove(value);
            if (PlaceOf(value) is { } place && ports.TryGetValue(place, out var there))
            {
                Keep(ports, place, there.Remove(value), static x => x.IsEmpty);
            }

            foreach (var reference in References.Of(value.Config))
            {
                if (users.TryGetValue(reference.Key, out var who))
                {
                    Keep(users, reference.Key, who.Remove(value.Key), static x => x.IsEmpty);
                }
            }
        }

        foreach (var value in added)
        {
            Open(value.Kind).Add(value);
            if (PlaceOf(value) is { } place)
            {
                ports[place] = ports.GetValueOrDefault(place, None).Add(value);
            }

            foreach (var reference in References.Of(value.Config))
            {
                users[reference.Key] = users.GetValueOrDefault(reference.Key, ImmutableHashSet<ObjectKey>.Empty).Add(value.Key);
            }
        }

        foreach (var (kind, values) in open)
        {
            Keep(kinds, kind, values.ToImmutable(), static x => x.IsEmpty);
        }

        return new StateIndex(kinds.ToImmutable(), ports.ToImmutable(), users.ToImmutable());

        ImmutableSortedSet<DesiredObject>.Builder Open(ConfigKind kind)
        {
            if (!open.TryGetValue(kind, out var builder))
            {
                open.Add(kind, builder = OfKind(kind).ToBuilder());
            }

            return builder;
        }
    }

    private static PortPlace? PlaceOf(DesiredObject value) => value.Config is ServiceConfig service ? PortTable.PlaceOf(service) : null;

    private static void Keep<TKey, TValue>(ImmutableDictionary<TKey, TValue>.Builder map, TKey key, TValue value, Func<TValue, bool> isEmpty)
        where TKey : notnull
    {
        if (isEmpty(value))
        {
            map.Remove(key);
        }
        else
        {
            map[key] = value;
        }
    }

    /// <summary>Objects of one kind: by ordinal; by name where two have one, which no change of this program leads to.</summary>
    private sealed class ByOrdinal : IComparer<DesiredObject>
    {
        public int Compare(DesiredObject? x, DesiredObject? y) => (x, y) switch
        {
            (null, null) => 0,
            (null, _) => -1,
            (_, null) => 1,
            _ => x.Ordinal.CompareTo(y.Ordinal) is var order and not 0 ? order : string.CompareOrdinal(x.Config.Name, y.Config.Name),
        };
    }
}

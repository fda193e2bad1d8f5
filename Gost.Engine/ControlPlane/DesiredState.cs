using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>Where an object came from: over REST, or from the command line and <c>-C</c> files (contract.md, Start).</summary>
public enum ObjectOrigin
{
    Rest,
    Sources,
}

/// <summary>Kind and name of an object.</summary>
public readonly record struct ObjectKey(ConfigKind Kind, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind.Name}/{Name}";
}

/// <summary>One object as it is wanted, and the store's facts about it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Config">Its record; <see cref="NamedConfig.Name"/> is its name.</param>
/// <param name="Revision">The store's revision that last changed it: its ETag.</param>
/// <param name="Ordinal">Sorts objects of one kind; gaps are legal.</param>
/// <param name="Origin">Who made it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
public sealed record DesiredObject(
    ConfigKind Kind,
    NamedConfig Config,
    long Revision,
    long Ordinal,
    ObjectOrigin Origin,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Kind and name.</summary>
    public ObjectKey Key => new(Kind, Config.Name);
}

/// <summary>An object of the store that this build cannot read. It stays in the store untouched until an object of its name replaces it.</summary>
public sealed record UnreadableObject(string Kind, string Name, string Reason);

/// <summary>Everything that is wanted, at one revision; immutable.</summary>
public sealed class DesiredState
{
    private readonly ImmutableDictionary<ObjectKey, DesiredObject> _objects;
    private readonly Lazy<StateIndex> _index;

    /// <summary>Takes the objects and the singletons <c>tls</c>, <c>log</c>, <c>profiling</c>, <c>api</c>, <c>metrics</c> (a document without lists).</summary>
    public DesiredState(long revision, ImmutableDictionary<ObjectKey, DesiredObject> objects, GostConfig? singletons = null)
    {
        Revision = revision;
        _objects = objects;
        Singletons = singletons ?? new GostConfig();
        _index = new(() => StateIndex.Empty.With([], _objects.Values));
    }

    private DesiredState(long revision, ImmutableDictionary<ObjectKey, DesiredObject> objects, GostConfig singletons, StateIndex index)
    {
        Revision = revision;
        _objects = objects;
        Singletons = singletons;
        _index = new(index);
    }

    /// <summary>Nothing at revision 0.</summary>
    public static DesiredState Empty { get; } = new(0, ImmutableDictionary<ObjectKey, DesiredObject>.Empty);

    /// <summary>Grows by one with every committed change.</summary>
    public long Revision { get; }

    /// <summary>By kind and name.</summary>
    public ImmutableDictionary<ObjectKey, DesiredObject> Objects => _objects;

    /// <summary>A document whose lists are empty and whose single members are those in force.</summary>
    public GostConfig Singletons { get; }

    /// <summary>What the store holds and this build cannot read: kept, reported, never a boot error.</summary>
    public ImmutableArray<UnreadableObject> Unreadable { get; init; } = [];

    /// <summary>What changes ask for; made at first need, and from then on carried over from state to state.</summary>
    internal StateIndex Index => _index.Value;

    /// <summary>The objects of a kind, in order.</summary>
    public IReadOnlyList<DesiredObject> OfKind(ConfigKind kind) => Index.OfKind(kind);

    /// <summary>One object, or null.</summary>
    public DesiredObject? Find(ConfigKind kind, string name) => _objects.GetValueOrDefault(new ObjectKey(kind, name));

    /// <summary>The next state: <paramref name="objects"/> differ from those here by what stands under <paramref name="touched"/>.</summary>
    internal DesiredState Next(ImmutableDictionary<ObjectKey, DesiredObject> objects, IReadOnlySet<ObjectKey> touched, GostConfig singletons)
    {
        var index = Index.With(
            touched.Select(x => _objects.GetValueOrDefault(x)).OfType<DesiredObject>(),
            touched.Select(x => objects.GetValueOrDefault(x)).OfType<DesiredObject>());
        return new DesiredState(Revision + 1, objects, singletons, index) { Unreadable = Unreadable };
    }
}

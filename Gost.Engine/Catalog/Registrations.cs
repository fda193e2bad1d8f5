using System.Collections.Frozen;

namespace Gost.Engine.Catalog;

/// <summary>The types of one role (listener, handler, dialer, connector) while modules register them.</summary>
internal sealed class Registrations<TFactory>
{
    private readonly Dictionary<string, TFactory> _factories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActingMembers> _members = new(StringComparer.Ordinal);

    /// <summary>Adds a type and says what it acts on besides its metadata. Throws <see cref="ArgumentException"/> when the name is taken.</summary>
    public void Add(string name, TFactory factory, ActingMembers acts = ActingMembers.None)
    {
        _factories.Add(name, factory);
        _members.Add(name, acts);
    }

    /// <summary>The factories by name.</summary>
    public FrozenDictionary<string, TFactory> Factories() => _factories.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What each type acts on.</summary>
    public FrozenDictionary<string, ActingMembers> Members() => _members.ToFrozenDictionary(StringComparer.Ordinal);
}

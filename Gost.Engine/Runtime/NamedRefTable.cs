using System.Collections.Concurrent;

namespace Gost.Engine.Runtime;

/// <summary>All names of one kind. A name asked for before its object exists gets an empty reference (forward references are legal).</summary>
internal sealed class NamedRefTable<T>
    where T : class
{
    private readonly ConcurrentDictionary<string, NamedRef<T>> _refs = new(StringComparer.Ordinal);

    /// <summary>The reference of a name; the same one for the life of the engine.</summary>
    public NamedRef<T> Get(string name) => _refs.GetOrAdd(name, static x => new NamedRef<T>(x));

    /// <summary>Every name that was ever asked for.</summary>
    public IEnumerable<NamedRef<T>> All => _refs.Values;
}

using System.Collections.Concurrent;

namespace Gost.Engine.Runtime;

/// <summary>All names of one kind. A name asked for before its object exists gets an empty reference (forward references are legal).</summary>
internal sealed class NamedRefTable<T> : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, NamedRef<T>> _refs = new(StringComparer.Ordinal);

    /// <summary>The reference of a name; the same one for the life of the engine.</summary>
    public NamedRef<T> Get(string name) => _refs.GetOrAdd(name, static x => new NamedRef<T>(x));

    /// <summary>Every name that was ever asked for.</summary>
    public IEnumerable<NamedRef<T>> All => _refs.Values;

    /// <summary>Points every name to nothing and disposes what it pointed to.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var reference in All)
        {
            if (reference.Exchange(null) is { } value)
            {
                await value.DisposeAsync();
            }
        }
    }
}

using System.Collections;
using System.Runtime.CompilerServices;

namespace Gost.Engine.Config.Values;

/// <summary>An immutable list that compares by its elements, so that records that hold it compare by value.</summary>
[CollectionBuilder(typeof(ConfigList), nameof(ConfigList.Create))]
public sealed class ConfigList<T> : IReadOnlyList<T>, IEquatable<ConfigList<T>>
{
    private readonly T[] _items;

    internal ConfigList(T[] items) => _items = items;

    /// <summary>The list without elements.</summary>
    public static ConfigList<T> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ConfigList<T>? other) => other is not null && (ReferenceEquals(this, other) || _items.AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConfigList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}

/// <summary>Makes <see cref="ConfigList{T}"/> from collection expressions.</summary>
public static class ConfigList
{
    /// <summary>Copies the elements.</summary>
    public static ConfigList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ConfigList<T>.Empty : new ConfigList<T>(items.ToArray());
}

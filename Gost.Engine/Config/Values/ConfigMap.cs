using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Gost.Engine.Config.Values;

/// <summary>
/// An immutable, ordered map with open keys (metadata, header maps). Keys keep the case they were written in;
/// look-up ignores case (spec/config.md section 1). Compares by value, without regard to order.
/// </summary>
/// <remarks>
/// A value of a <c>ConfigMap&lt;object&gt;</c> is <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>,
/// <c>ConfigList&lt;object?&gt;</c>, <c>ConfigMap&lt;object?&gt;</c> or null.
/// </remarks>
public sealed class ConfigMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ConfigMap<TValue>>
{
    private readonly KeyValuePair<string, TValue>[] _items;
    private readonly Dictionary<string, int> _index;

    /// <summary>Copies the pairs. Throws <see cref="ArgumentException"/> when two keys are equal but for case.</summary>
    public ConfigMap(IEnumerable<KeyValuePair<string, TValue>> items)
    {
        _items = [.. items];
        _index = new Dictionary<string, int>(_items.Length, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _items.Length; i++)
        {
            _index.Add(_items[i].Key, i);
        }
    }

    /// <summary>The map without entries.</summary>
    public static ConfigMap<TValue> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _items.Select(static x => x.Key);

    /// <inheritdoc/>
    public IEnumerable<TValue> Values => _items.Select(static x => x.Value);

    /// <inheritdoc/>
    public TValue this[string key] => _items[_index[key]].Value;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _index.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_index.TryGetValue(key, out var i))
        {
            value = _items[i].Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, TValue>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ConfigMap<TValue>? other)
    {
        if (other is null || other.Count != Count)
        {
            return false;
        }

        foreach (var (key, value) in _items)
        {
            // Keys differing only in case are different documents, though not different look-ups.
            if (!other._index.TryGetValue(key, out var i) || other._items[i].Key != key || !EqualityComparer<TValue>.Default.Equals(other._items[i].Value, value))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConfigMap<TValue>);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Aggregate(_items.Length, static (sum, x) => sum + HashCode.Combine(x.Key, x.Value));
}

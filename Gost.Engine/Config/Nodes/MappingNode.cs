namespace Gost.Engine.Config.Nodes;

/// <summary>A member of a mapping; the line is the key's.</summary>
internal readonly record struct MappingEntry(string Key, ConfigNode Value, int Line);

/// <summary>An object, in the order it was written. Keys are unique without regard to case (contract.md, Values).</summary>
internal sealed class MappingNode(int line = 0) : ConfigNode(line)
{
    // Below this many members a scan is faster than a set, and nearly every object is that small.
    private const int ScanLimit = 12;

    private readonly List<MappingEntry> _entries = [];
    private HashSet<string>? _keys;

    public IReadOnlyList<MappingEntry> Entries => _entries;

    /// <inheritdoc/>
    public override string Noun => "an object";

    /// <summary>Adds a member; false when a key that is equal but for case is there already.</summary>
    public bool TryAdd(string key, ConfigNode value, int line = 0)
    {
        if (Contains(key))
        {
            return false;
        }

        _entries.Add(new MappingEntry(key, value, line));
        _keys?.Add(key);
        return true;
    }

    /// <summary>Whether there is a key equal but for case.</summary>
    public bool Contains(string key)
    {
        if (_keys is null && _entries.Count >= ScanLimit)
        {
            _keys = new HashSet<string>(_entries.Select(static x => x.Key), StringComparer.OrdinalIgnoreCase);
        }

        return _keys?.Contains(key) ?? IndexOf(key) >= 0;
    }

    /// <summary>The member of that key without regard to case, or null.</summary>
    public ConfigNode? Find(string key) => IndexOf(key) is var i and >= 0 ? _entries[i].Value : null;

    private int IndexOf(string key)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}

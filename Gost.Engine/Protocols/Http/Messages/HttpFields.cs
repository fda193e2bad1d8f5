using System.Collections;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>The header fields of a message in the order they came; names are compared without regard to case. Not thread-safe.</summary>
internal sealed class HttpFields : IEnumerable<HttpField>
{
    private readonly List<HttpField> _fields = [];

    /// <summary>How many fields there are.</summary>
    public int Count => _fields.Count;

    /// <summary>Adds a field behind the others.</summary>
    public void Add(string name, string value) => _fields.Add(new HttpField(name, value));

    /// <summary>Puts one field in the place of all of this name, or behind the others when there is none.</summary>
    public void Set(string name, string value)
    {
        var first = _fields.FindIndex(x => Is(x, name));
        if (first < 0)
        {
            Add(name, value);
            return;
        }

        _fields[first] = new HttpField(name, value);
        for (var i = _fields.Count - 1; i > first; i--)
        {
            if (Is(_fields[i], name))
            {
                _fields.RemoveAt(i);
            }
        }
    }

    /// <summary>Takes every field of the name away.</summary>
    public void Remove(string name) => _fields.RemoveAll(x => Is(x, name));

    /// <summary>The value of the first field of the name, null when there is none.</summary>
    public string? First(string name)
    {
        foreach (var field in _fields)
        {
            if (Is(field, name))
            {
                return field.Value;
            }
        }

        return null;
    }

    /// <summary>The values of all fields of the name.</summary>
    public IEnumerable<string> All(string name) => _fields.Where(x => Is(x, name)).Select(static x => x.Value);

    /// <summary>The members of a list that fields of the name hold. Source: RFC 9110 section 5.6.1.</summary>
    public IEnumerable<string> Tokens(string name) =>
        All(name).SelectMany(static x => x.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether a list holds a member, without regard to case.</summary>
    public bool HasToken(string name, string token) => Tokens(name).Contains(token, StringComparer.OrdinalIgnoreCase);

    /// <summary>The fields in the order in which Go writes a header map: by name.</summary>
    public IEnumerable<HttpField> Sorted() => _fields.OrderBy(static x => x.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerator<HttpField> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Is(HttpField field, string name) => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

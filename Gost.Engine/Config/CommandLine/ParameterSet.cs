using System.Diagnostics.CodeAnalysis;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// The parameters of one URL while they are taken up. Keys keep their case and are looked up without regard to it; removal is exact
/// unless said otherwise, as in GOST, where <c>maxfails</c> acts and stays as metadata. Source: spec/cli.md section 5.
/// </summary>
internal sealed class ParameterSet
{
    private const int MostParameters = 1024;
    private readonly Dictionary<string, Parameter> _values = new(StringComparer.OrdinalIgnoreCase);

    private ParameterSet()
    {
    }

    /// <summary>
    /// Reads a query as Go does: the first value of a key wins, empty pairs and pairs with <c>;</c> are dropped. A broken escape is a finding.
    /// </summary>
    public static ParameterSet Parse(string query, ArgumentFindings findings)
    {
        ParameterSet set = new();
        foreach (var pair in query.Split('&'))
        {
            if (pair.Length == 0 || pair.Contains(';', StringComparison.Ordinal))
            {
                continue;
            }

            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var (rawKey, rawValue) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            if (!PercentEncoding.TryDecode(rawKey, plusIsSpace: true, out var key)
                || !PercentEncoding.TryDecode(rawValue, plusIsSpace: true, out var value))
            {
                findings.AddUrl("invalid URL escape in the parameters", "write % as %25 and other characters as UTF-8");
                continue;
            }

            if (set._values.TryGetValue(key, out var known) && known.Key != key)
            {
                findings.Add($"parameters '{known.Key}' and '{key}' differ only in case", "keep one of them");
            }
            else if (set._values.Count >= MostParameters)
            {
                findings.Add($"more than {MostParameters} parameters", "use a configuration file");
                break;
            }
            else
            {
                _ = set._values.TryAdd(key, new Parameter(key, value));
            }
        }

        return set;
    }

    /// <summary>The entries of a metadata map, to be taken up further.</summary>
    public static ParameterSet From(ConfigMap<object?> metadata)
    {
        ParameterSet set = new();
        foreach (var (key, value) in metadata)
        {
            set._values.Add(key, new Parameter(key, value));
        }

        return set;
    }

    /// <summary>The string of the first key that is present; null when none is.</summary>
    public string? Find(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var parameter))
            {
                return parameter.Value as string;
            }
        }

        return null;
    }

    /// <summary>The first key that is present, as written; null when none is.</summary>
    public string? FindKey(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var parameter))
            {
                return parameter.Key;
            }
        }

        return null;
    }

    /// <summary>The string of the first key that is present, if it is not empty.</summary>
    public bool TryFind(string key, [NotNullWhen(true)] out string? value) => (value = Find(key)) is { Length: > 0 };

    /// <summary>Removes the keys written exactly so.</summary>
    public void RemoveExact(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var parameter) && parameter.Key == key)
            {
                _ = _values.Remove(key);
            }
        }
    }

    /// <summary>Removes the key, and any key equal to it but for case.</summary>
    public void Remove(string key) => _values.Remove(key);

    /// <summary>Sets a value in place of any whose key is equal but for case.</summary>
    public void Set(string key, object? value)
    {
        _ = _values.Remove(key);
        _values.Add(key, new Parameter(key, value));
    }

    /// <summary>
    /// What goes to one part: the parameters that begin with none of <paramref name="allPrefixes"/>, and those that begin with
    /// <paramref name="prefix"/>, without it; the latter win.
    /// </summary>
    public ParameterSet For(string prefix, params ReadOnlySpan<string> allPrefixes)
    {
        ParameterSet part = new();
        foreach (var (key, value) in _values)
        {
            if (!StartsWithAny(key, allPrefixes))
            {
                part._values.Add(key, value);
            }
        }

        foreach (var (key, parameter) in _values)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                part.Set(key[prefix.Length..], parameter.Value);
            }
        }

        return part;
    }

    /// <summary>The parameters as metadata, keys in order of their code points.</summary>
    public ConfigMap<object?> ToMetadata() =>
        _values.Count == 0 ? ConfigMap<object?>.Empty : new ConfigMap<object?>(
            _values.Values.OrderBy(static x => x.Key, StringComparer.Ordinal).Select(static x => KeyValuePair.Create(x.Key, x.Value)));

    private static bool StartsWithAny(string key, ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A value and its key as written.</summary>
    private readonly record struct Parameter(string Key, object? Value);
}

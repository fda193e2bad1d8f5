using System.Globalization;
using Gost.Engine.Config.Json;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config;

/// <summary>
/// Typed look-up in a metadata map, without regard to case, aliases in order (spec/config.md section 1). Remembers which keys
/// were asked for, so that keys no part of a service uses can be warned about, and collects findings of unusable values.
/// Single-threaded; lives while a service is assembled.
/// </summary>
public sealed class MetadataReader(ConfigMap<object?> metadata, string pointer)
{
    // What fits a duration of Go, which counts nanoseconds in 64 bits.
    private const double MaxSeconds = 9.2e9;

    // A timer cannot wait for much longer.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);

    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Findings of values that could not be used; pointers begin with the map's own.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>The keys that were looked up so far.</summary>
    public IReadOnlySet<string> UsedKeys => _used;

    /// <summary>JSON pointer of the map, <c>/handler/metadata</c> for one.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>The map that is read.</summary>
    public ConfigMap<object?> Metadata { get; } = metadata;

    /// <summary>A bool: true or false, a number (not 0 = true), or one of Go's words for it.</summary>
    public bool GetBool(bool fallback, params ReadOnlySpan<string> keys) => Find(keys, out var key) switch
    {
        null => fallback,
        bool flag => flag,
        long number => number != 0,
        string text when GoBool.TryParse(text, out var flag) => flag,
        var other => Refuse(key, other, $"must be {GoBool.Accepted}", fallback),
    };

    /// <summary>An integer within bounds (a number, a decimal string or a bool); a value out of bounds is a finding and gives the fallback.</summary>
    public long GetInt(long fallback, long min, long max, params ReadOnlySpan<string> keys)
    {
        long? number = Find(keys, out var key) switch
        {
            null => fallback,
            long value => value,
            bool flag => flag ? 1 : 0,
            string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
            _ => null,
        };
        if (key.Length == 0 || (number >= min && number <= max))
        {
            return number ?? fallback;
        }

        var bounds = max == long.MaxValue ? min == long.MinValue ? "" : $" of at least {min}" : $" from {min} to {max}";
        return Refuse(key, Metadata[key], $"must be an integer{bounds}", fallback);
    }

    /// <summary>A floating-point number, or a string that holds one.</summary>
    public double GetDouble(double fallback, params ReadOnlySpan<string> keys) => Find(keys, out var key) switch
    {
        null => fallback,
        double number => number,
        long number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        var other => Refuse(key, other, "must be a number", fallback),
    };

    /// <summary>A duration such as 5s or 1h30m; a bare number is seconds.</summary>
    public TimeSpan GetDuration(TimeSpan fallback, params ReadOnlySpan<string> keys) => Find(keys, out var key) switch
    {
        null => fallback,
        long seconds when Math.Abs((double)seconds) <= MaxSeconds => TimeSpan.FromSeconds(seconds),
        double seconds when Math.Abs(seconds) <= MaxSeconds => TimeSpan.FromSeconds(seconds),
        string text when GoDuration.TryParse(text, out var duration) => duration.ToTimeSpan(),
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs((double)seconds) <= MaxSeconds => TimeSpan.FromSeconds(seconds),
        var other => Refuse(key, other, "must be a duration such as 5s, 1m30s or 300ms; a bare number is seconds", fallback),
    };

    /// <summary>A duration that a timer can wait for: more than 720h is a finding.</summary>
    public TimeSpan GetTimeout(TimeSpan fallback, params ReadOnlySpan<string> keys)
    {
        var value = GetDuration(fallback, keys);
        if (value <= LongestTimeout)
        {
            return value;
        }

        var given = Find(keys, out var key);
        return Refuse(key, given, "must be at most 720h", fallback);
    }

    /// <summary>A string, or the text of a number or bool; null when no key is present.</summary>
    public string? GetString(params ReadOnlySpan<string> keys)
    {
        var value = Find(keys, out var key);
        return value is null ? null : TextOf(value) ?? Refuse<string?>(key, value, "must be a string", null);
    }

    /// <summary>A list of strings; empty when no key is present. A string is not split at commas.</summary>
    public ConfigList<string> GetStrings(params ReadOnlySpan<string> keys)
    {
        switch (Find(keys, out var key))
        {
            case null:
                return [];
            case ConfigList<string> list:
                return list;
            case ConfigList<object?> list when list.All(static x => TextOf(x) is not null):
                return ConfigList.Create<string>([.. list.Select(static x => TextOf(x)!)]);
            case var other:
                return Refuse<ConfigList<string>>(key, other, "must be a list of strings", []);
        }
    }

    /// <summary>A map of names to texts (numbers and bools as their text) in the order it was written; empty when no key is present.</summary>
    public ConfigMap<string> GetMap(params ReadOnlySpan<string> keys)
    {
        switch (Find(keys, out var key))
        {
            case null:
                return ConfigMap<string>.Empty;
            case ConfigMap<string> map:
                return map;
            case ConfigMap<object?> map when map.All(static x => TextOf(x.Value) is not null):
                return new ConfigMap<string>(map.Select(static x => KeyValuePair.Create(x.Key, TextOf(x.Value)!)));
            case var other:
                return Refuse(key, other, "must be a map of names to strings", ConfigMap<string>.Empty);
        }
    }

    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => GoNumber.ToJson(number),
        _ => null,
    };

    // The first present key wins even if its value is of no use; null is absent.
    private object? Find(ReadOnlySpan<string> keys, out string found)
    {
        foreach (var key in keys)
        {
            _used.Add(key);
        }

        foreach (var key in keys)
        {
            if (Metadata.TryGetValue(key, out var value) && value is not null)
            {
                found = key;
                return value;
            }
        }

        found = "";
        return null;
    }

    private T Refuse<T>(string key, object? value, string accepted, T fallback)
    {
        var written = Metadata.Keys.First(x => x.Equals(key, StringComparison.OrdinalIgnoreCase));
        var pointer = JsonPointer.Append(Pointer, written);

        // Several parts of a service may read one key through one reader.
        if (!Findings.Exists(x => x.Pointer == pointer))
        {
            var shown = TextOf(value) is { } text ? $"\"{JsonPointer.Shorten(text)}\"" : value is ConfigMap<object?> ? "an object" : "a list";
            Findings.Add(new Finding(pointer, $"{written} {accepted}, not {shown}"));
        }

        return fallback;
    }
}

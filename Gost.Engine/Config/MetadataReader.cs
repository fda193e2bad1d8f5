using Gost.Engine.Config.Values;

namespace Gost.Engine.Config;

/// <summary>
/// Typed look-up in a metadata map, without regard to case, aliases in order (spec/config.md section 1). Remembers which keys
/// were asked for, so that keys no part of a service uses can be warned about, and collects findings of unusable values.
/// Single-threaded; lives while a service is assembled.
/// </summary>
public sealed class MetadataReader(ConfigMap<object?> metadata, string pointer)
{
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Findings of values that could not be used; pointers begin with the map's own.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>The keys that were looked up so far.</summary>
    public IReadOnlySet<string> UsedKeys => _used;

    /// <summary>JSON pointer of the map, <c>/handler/metadata</c> for one.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>The map that is read.</summary>
    public ConfigMap<object?> Metadata { get; } = metadata;

    /// <summary>A bool in any of GOST's forms.</summary>
    public bool GetBool(bool fallback, params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");

    /// <summary>An integer within bounds; a value out of bounds is a finding and gives the fallback.</summary>
    public long GetInt(long fallback, long min, long max, params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");

    /// <summary>A floating-point number.</summary>
    public double GetDouble(double fallback, params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");

    /// <summary>A duration; a bare number is seconds.</summary>
    public TimeSpan GetDuration(TimeSpan fallback, params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");

    /// <summary>A string; null when no key is present.</summary>
    public string? GetString(params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");

    /// <summary>A list of strings; empty when no key is present.</summary>
    public ConfigList<string> GetStrings(params ReadOnlySpan<string> keys) => throw new NotSupportedException("config");
}

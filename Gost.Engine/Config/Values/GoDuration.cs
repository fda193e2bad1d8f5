namespace Gost.Engine.Config.Values;

/// <summary>
/// A length of time in nanoseconds, written and read as Go writes it (<c>1h30m0s</c>, <c>300ms</c>; spec/config.md section 1).
/// Zero means "not set" wherever a struct field has this type.
/// </summary>
public readonly partial record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    /// <summary>Rounds to 100 ns.</summary>
    public TimeSpan ToTimeSpan() => new(Nanoseconds / 100);

    /// <summary>The same length as a duration.</summary>
    public static GoDuration FromTimeSpan(TimeSpan value) => new(value.Ticks * 100);

    /// <inheritdoc/>
    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);
}

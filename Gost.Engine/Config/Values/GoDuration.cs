using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gost.Engine.Config.Values;

/// <summary>
/// A length of time in nanoseconds, written and read as Go writes it (<c>1h30m0s</c>, <c>300ms</c>; spec/config.md section 1).
/// Zero means "not set" wherever a struct field has this type.
/// </summary>
public readonly partial record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000 * Microsecond;
    private const long Second = 1_000 * Millisecond;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    /// <summary>Rounds to 100 ns.</summary>
    public TimeSpan ToTimeSpan() => new(Nanoseconds / 100);

    /// <summary>The same length as a duration.</summary>
    public static GoDuration FromTimeSpan(TimeSpan value) => new(value.Ticks * 100);

    /// <inheritdoc/>
    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Parses <c>1h30m</c>, <c>1.5h</c>, <c>-300ms</c>, <c>0</c>. Throws <see cref="FormatException"/>.</summary>
    public static GoDuration Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"\"{text}\" is not a duration such as 30s, 1m30s or 300ms");

    /// <summary>Parses a signed sequence of decimal numbers with units <c>ns us µs ms s m h</c>; only zero goes without a unit.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GoDuration value)
    {
        value = default;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        if (rest is "" or "0")
        {
            return rest is "0";
        }

        // One more than fits the positive side: the smallest long is a duration too.
        UInt128 total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out var part))
            {
                return false;
            }

            total += part;
            if (total > (UInt128)long.MaxValue + (negative ? 1u : 0u))
            {
                return false;
            }
        }

        value = new GoDuration(negative ? unchecked((long)(0UL - (ulong)total)) : (long)total);
        return true;
    }

    /// <summary>The duration as Go prints it: <c>1m30s</c>, <c>1.5ms</c>, <c>0s</c>.</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0)
        {
            return "0s";
        }

        var rest = Nanoseconds < 0 ? 0UL - (ulong)Nanoseconds : (ulong)Nanoseconds;
        StringBuilder text = new(Nanoseconds < 0 ? "-" : "");
        if (rest < Second)
        {
            return (rest switch
            {
                < Microsecond => text.Append(rest).Append("ns"),
                < Millisecond => AppendFraction(text, rest, Microsecond).Append("µs"),
                _ => AppendFraction(text, rest, Millisecond).Append("ms"),
            }).ToString();
        }

        if (rest >= Hour)
        {
            text.Append(rest / Hour).Append('h');
        }

        if (rest >= Minute)
        {
            text.Append(rest % Hour / Minute).Append('m');
        }

        return AppendFraction(text, rest % Minute, Second).Append('s').ToString();
    }

    private static StringBuilder AppendFraction(StringBuilder text, ulong value, ulong unit)
    {
        text.Append(value / unit);
        var fraction = value % unit;
        if (fraction == 0)
        {
            return text;
        }

        var digits = (unit + fraction).ToString(CultureInfo.InvariantCulture).AsSpan(1);
        return text.Append('.').Append(digits.TrimEnd('0'));
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out UInt128 nanoseconds)
    {
        nanoseconds = 0;
        var whole = TakeDigits(ref rest);
        var fraction = rest[..0];
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }

        if (whole.Length + fraction.Length == 0 || whole.TrimStart('0').Length > 19)
        {
            return false;
        }

        var end = 0;
        while (end < rest.Length && rest[end] is not ('.' or (>= '0' and <= '9')))
        {
            end++;
        }

        var unitText = rest[..end];
        long? unit = unitText switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => Microsecond,
            "ms" => Millisecond,
            "s" => Second,
            "m" => Minute,
            "h" => Hour,
            _ => null,
        };
        if (unit is not { } size)
        {
            return false;
        }

        rest = rest[unitText.Length..];
        nanoseconds = (whole.IsEmpty ? 0 : UInt128.Parse(whole, CultureInfo.InvariantCulture)) * (UInt128)size;

        // Digits beyond the 18th are below a nanosecond for every unit.
        var scale = (UInt128)size;
        UInt128 numerator = 0;
        UInt128 denominator = 1;
        foreach (var digit in fraction[..Math.Min(fraction.Length, 18)])
        {
            numerator = (numerator * 10) + (UInt128)(digit - '0');
            denominator *= 10;
        }

        nanoseconds += numerator * scale / denominator;
        return true;
    }

    private static ReadOnlySpan<char> TakeDigits(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest : rest[..end];
        rest = rest[digits.Length..];
        return digits;
    }
}

using System.Globalization;

namespace Gost.Engine.Config.Json;

/// <summary>Writes floating-point numbers as Go does.</summary>
internal static class GoNumber
{
    /// <summary>As Go's JSON encoder: plain digits between 1e-6 and 1e21, else the shortest form with an exponent.</summary>
    public static string ToJson(double value)
    {
        var magnitude = Math.Abs(value);
        return magnitude is 0 or (>= 1e-6 and < 1e21) ? Plain(value) : Exponent(value);
    }

    /// <summary>As Go's YAML encoder: the shortest form, with an exponent from 1e21 and below 1e-4.</summary>
    public static string ToYaml(double value)
    {
        if (double.IsNaN(value))
        {
            return ".nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? ".inf" : "-.inf";
        }

        return Math.Abs(value) is 0 or (>= 1e-4 and < 1e21) ? Plain(value) : Exponent(value, 2);
    }

    private static string Plain(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        return shortest.Contains('E', StringComparison.Ordinal)
            ? decimal.TryParse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
                ? exact.ToString("0.############################", CultureInfo.InvariantCulture)
                : value.ToString("F0", CultureInfo.InvariantCulture)
            : shortest;
    }

    private static string Exponent(double value, int digits = 1)
    {
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        var round = value.ToString("R", CultureInfo.InvariantCulture);
        var at = round.IndexOf('E', StringComparison.Ordinal);
        var (mantissa, exponent) = at >= 0
            ? (round[..at], int.Parse(round.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : (shortest[..shortest.IndexOf('E', StringComparison.Ordinal)].TrimEnd('0').TrimEnd('.'),
                int.Parse(shortest.AsSpan(shortest.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        var padded = Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{padded}";
    }
}

using System.Globalization;

namespace Gost.Engine.Config.Nodes;

/// <summary>
/// The numbers of both languages: decimal, and for YAML also <c>0x1F</c>, <c>0o17</c>, <c>017</c>, <c>0b11</c> and <c>1_000</c>
/// (as GOST's YAML loader reads them; JSON's grammar has none of these).
/// </summary>
internal static class ScalarNumbers
{
    /// <summary>The value of an integer literal, or of a float literal without a fraction, when it fits.</summary>
    public static bool TryGetLong(ScalarNode node, out long value)
    {
        value = 0;
        if (node.Kind == ScalarKind.Integer)
        {
            return IsInteger(node.Text, out value, out var fits) && fits;
        }

        // Beyond 2^53 a float literal is no exact integer.
        if (node.Kind == ScalarKind.Float && TryGetDouble(node, out var number) && number == Math.Floor(number) && Math.Abs(number) <= 1L << 53)
        {
            value = (long)number;
            return true;
        }

        return false;
    }

    /// <summary>The value of a number literal; false when it is not finite.</summary>
    public static bool TryGetDouble(ScalarNode node, out double value)
    {
        if (node.Kind == ScalarKind.Integer && IsInteger(node.Text, out var integer, out var fits) && fits)
        {
            value = integer;
            return true;
        }

        value = 0;
        return node.Kind is ScalarKind.Integer or ScalarKind.Float
            && double.TryParse(node.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <summary>Whether the text is an integer literal; <paramref name="fits"/> tells whether it fits 64 bits.</summary>
    public static bool IsInteger(string text, out long value, out bool fits)
    {
        (value, fits) = (0, true);
        var rest = text.AsSpan();
        Span<char> stripped = stackalloc char[80];
        if (rest.Length > stripped.Length)
        {
            return false;
        }

        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        var length = 0;
        foreach (var c in rest)
        {
            if (c != '_')
            {
                stripped[length++] = c;
            }
        }

        ReadOnlySpan<char> digits = stripped[..length];
        uint radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var prefix) = digits[1] switch
            {
                'x' or 'X' => (16u, 2),
                'o' or 'O' => (8u, 2),
                'b' or 'B' => (2u, 2),
                _ => (8u, 1),
            };
            digits = digits[prefix..];
        }

        if (digits.IsEmpty)
        {
            return false;
        }

        UInt128 sum = 0;
        foreach (var c in digits)
        {
            var digit = c switch
            {
                >= '0' and <= '9' => (uint)(c - '0'),
                >= 'a' and <= 'f' => (uint)(c - 'a' + 10),
                >= 'A' and <= 'F' => (uint)(c - 'A' + 10),
                _ => uint.MaxValue,
            };
            if (digit >= radix)
            {
                return false;
            }

            sum = UInt128.Min((sum * radix) + digit, ulong.MaxValue);
        }

        fits = sum <= (UInt128)long.MaxValue + (negative ? 1u : 0u);
        value = fits ? unchecked((long)(negative ? 0UL - (ulong)sum : (ulong)sum)) : 0;
        return true;
    }
}

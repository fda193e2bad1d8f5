using System.Globalization;
using System.Text;

namespace Gost.Engine.Config.Yaml;

/// <summary>
/// Chooses plain, single-quoted, double-quoted or literal style for text, as GOST's YAML encoder does: double quotes where plain text would be
/// another type, single quotes where it would be syntax, a literal block for several lines.
/// </summary>
internal static class YamlScalarStyle
{
    private enum Style
    {
        Plain,
        Single,
        Double,
        Literal,
    }

    /// <summary>A key, always on one line.</summary>
    public static void AppendKey(StringBuilder output, string key)
    {
        // A key longer than 128 bytes is no simple key to the encoder; it is written double-quoted here, which every reader takes.
        var style = Choose(key);
        Append(output, key, style == Style.Literal || (style == Style.Plain && key.Length == 0) ? Style.Double : style);
    }

    /// <summary>A value and the line feed after it.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="text">The value.</param>
    /// <param name="indent">Blanks before the lines of a block.</param>
    public static void AppendText(StringBuilder output, string text, int indent)
    {
        var style = Choose(text);
        if (style == Style.Literal)
        {
            AppendLiteral(output, text, indent);
            return;
        }

        Append(output, text, style);
        output.Append('\n');
    }

    private static Style Choose(string text)
    {
        if (text.Length == 0)
        {
            return Style.Double;
        }

        var has = YamlTextTraits.Of(text);
        if (text.Contains('\n', StringComparison.Ordinal))
        {
            return has.SpaceBeforeBreak || has.Special || has.TrailingSpace ? Style.Double : Style.Literal;
        }

        if (YamlScalars.NeedsQuotes(text))
        {
            return Style.Double;
        }

        if (has.SpaceBeforeBreak || has.BreakBeforeSpace || has.Tab || has.Special)
        {
            return Style.Double;
        }

        return has.Break || has.Indicator || has.OuterSpace ? Style.Single : Style.Plain;
    }

    private static void Append(StringBuilder output, string text, Style style)
    {
        switch (style)
        {
            case Style.Plain:
                output.Append(text);
                break;
            case Style.Single:
                output.Append('\'').Append(text.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
                break;
            default:
                AppendDouble(output, text);
                break;
        }
    }

    private static void AppendDouble(StringBuilder output, string text)
    {
        output.Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value;
            if (YamlTextTraits.IsPrintable(c) && !YamlTextTraits.IsBreak(c) && c is not ('"' or '\\' or 0xFEFF))
            {
                output.Append(rune.ToString());
                continue;
            }

            output.Append('\\').Append(c switch
            {
                0 => "0",
                7 => "a",
                8 => "b",
                9 => "t",
                10 => "n",
                11 => "v",
                12 => "f",
                13 => "r",
                0x1B => "e",
                '"' => "\"",
                '\\' => "\\",
                0x85 => "N",
                0xA0 => "_",
                0x2028 => "L",
                0x2029 => "P",
                <= 0xFF => "x" + c.ToString("X2", CultureInfo.InvariantCulture),
                <= 0xFFFF => "u" + c.ToString("X4", CultureInfo.InvariantCulture),
                _ => "U" + c.ToString("X8", CultureInfo.InvariantCulture),
            });
        }

        output.Append('"');
    }

    private static void AppendLiteral(StringBuilder output, string text, int indent)
    {
        output.Append('|');
        if (text[0] is ' ' or '\n')
        {
            output.Append('2');
        }

        output.Append(text.EndsWith('\n') ? text.Length == 1 || text[^2] == '\n' ? "+" : "" : "-").Append('\n');
        var lines = text.EndsWith('\n') ? text[..^1] : text;
        foreach (var line in lines.Split('\n'))
        {
            if (line.Length > 0)
            {
                output.Append(' ', indent).Append(line);
            }

            output.Append('\n');
        }
    }
}

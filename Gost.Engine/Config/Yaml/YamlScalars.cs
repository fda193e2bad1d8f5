using System.Text.RegularExpressions;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Yaml;

/// <summary>
/// What a plain scalar means, by the rules of GOST's YAML library: numbers, <c>true</c>/<c>false</c>, <c>null</c>/<c>~</c>; <c>yes</c>, <c>on</c>
/// and dates are text. The writer quotes what would not come back as text.
/// </summary>
internal static partial class YamlScalars
{
    /// <summary>The kind of a plain scalar.</summary>
    public static ScalarKind Resolve(string text)
    {
        if (text.Length == 0)
        {
            return ScalarKind.Null;
        }

        switch (text[0])
        {
            case '~' or 'n' or 'N':
                return text is "~" or "null" or "Null" or "NULL" ? ScalarKind.Null : ScalarKind.Text;
            case 't' or 'T' or 'f' or 'F':
                return text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" ? ScalarKind.Bool : ScalarKind.Text;
            case (>= '0' and <= '9') or '+' or '-' or '.':
                return ResolveNumber(text);
            default:
                return ScalarKind.Text;
        }
    }

    /// <summary>Whether text written plain would come back as something else, here or in an older reader of YAML.</summary>
    public static bool NeedsQuotes(string text) => Resolve(text) != ScalarKind.Text
        || text is "<<"
        || text is "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF"
        || (text[0] is (>= '0' and <= '9') or '+' or '-' && (Base60().IsMatch(text) || Timestamp().IsMatch(text)));

    private static ScalarKind ResolveNumber(string text)
    {
        if (ScalarNumbers.IsInteger(text, out _, out _))
        {
            return ScalarKind.Integer;
        }

        return text is ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF"
            || Float().IsMatch(text.Contains('_', StringComparison.Ordinal) ? text.Replace("_", "", StringComparison.Ordinal) : text)
            ? ScalarKind.Float
            : ScalarKind.Text;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base60();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Timestamp();
}

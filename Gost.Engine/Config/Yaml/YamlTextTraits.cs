namespace Gost.Engine.Config.Yaml;

/// <summary>What in a text decides how YAML can hold it.</summary>
/// <param name="Indicator">It would be syntax when written plain.</param>
/// <param name="OuterSpace">It begins or ends with white space or a break.</param>
/// <param name="TrailingSpace">It ends with a blank.</param>
/// <param name="Break">It has a line break of any kind.</param>
/// <param name="BreakBeforeSpace">A blank follows a break.</param>
/// <param name="SpaceBeforeBreak">A break follows a blank.</param>
/// <param name="Tab">It has a tab.</param>
/// <param name="Special">It has characters that are not printed as they are.</param>
internal readonly record struct YamlTextTraits(
    bool Indicator,
    bool OuterSpace,
    bool TrailingSpace,
    bool Break,
    bool BreakBeforeSpace,
    bool SpaceBeforeBreak,
    bool Tab,
    bool Special)
{
    /// <summary>Looks through a text that is not empty.</summary>
    public static YamlTextTraits Of(string text)
    {
        YamlTextTraits traits = new()
        {
            Indicator = HasIndicator(text),
            OuterSpace = IsBlankOrBreak(text[0]) || IsBlankOrBreak(text[^1]),
            TrailingSpace = text[^1] == ' ',
        };
        var previous = '\0';
        foreach (var rune in text.EnumerateRunes())
        {
            var c = rune.Value;
            var isBreak = IsBreak(c);
            traits = traits with
            {
                Break = traits.Break || isBreak,
                BreakBeforeSpace = traits.BreakBeforeSpace || (c == ' ' && IsBreak(previous)),
                SpaceBeforeBreak = traits.SpaceBeforeBreak || (isBreak && previous == ' '),
                Tab = traits.Tab || c == '\t',
                Special = traits.Special || (c != '\t' && !IsPrintable(c) && !isBreak) || c is '\r' or 0x85 or 0x2028 or 0x2029,
            };
            previous = rune.IsBmp ? (char)c : '\uFFFF';
        }

        return traits;
    }

    /// <summary>Whether the encoder prints the code point as it is; those beyond the basic plane it escapes.</summary>
    public static bool IsPrintable(int c) => c is '\n' or (>= 0x20 and <= 0x7E) or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD and not 0xFEFF);

    /// <summary>Whether YAML ends a line at the code point.</summary>
    public static bool IsBreak(int c) => c is '\n' or '\r' or 0x85 or 0x2028 or 0x2029;

    private static bool HasIndicator(string text)
    {
        if (text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal)
            || "#,[]{}&*!|>'\"%@`".Contains(text[0], StringComparison.Ordinal)
            || (text[0] is '-' or '?' && IsEndOfWord(text, 1)))
        {
            return true;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] == ':' && IsEndOfWord(text, i + 1)) || (text[i] == '#' && i > 0 && IsBlankOrBreak(text[i - 1])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEndOfWord(string text, int index) => index >= text.Length || IsBlankOrBreak(text[index]);

    private static bool IsBlankOrBreak(char c) => c is ' ' or '\t' || IsBreak(c);
}

using System.Text;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Splits a command line as a POSIX shell does, quoting only: no variables, no substitution, no globbing.</summary>
internal static class ShellWords
{
    /// <summary>The words. Throws <see cref="ConfigException"/> when a quote is not closed or an operator of the shell stands unquoted.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        var inWord = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\r' or '\n':
                    if (inWord)
                    {
                        words.Add(word.ToString());
                        _ = word.Clear();
                        inWord = false;
                    }

                    break;

                case '\\':
                    if (++i == text.Length)
                    {
                        throw Refused("the text ends with a backslash");
                    }

                    // A backslash at the end of a line joins the lines.
                    if (text[i] == '\n' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' && ++i > 0))
                    {
                        break;
                    }

                    inWord = true;
                    _ = word.Append(text[i]);
                    break;

                case '\'':
                    inWord = true;
                    var close = text.IndexOf('\'', i + 1);
                    _ = word.Append(close < 0 ? throw Refused("a single quote is not closed") : text.AsSpan(i + 1, close - i - 1));
                    i = close;
                    break;

                case '"':
                    inWord = true;
                    i = AppendDoubleQuoted(text, i + 1, word);
                    break;

                case var c and ('&' or ';' or '|' or '<' or '>'):
                    throw Refused($"the shell's '{c}' stands outside quotes at character {i + 1}");

                case var c:
                    inWord = true;
                    _ = word.Append(c);
                    break;
            }
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>Gives the index of the closing quote.</summary>
    private static int AppendDoubleQuoted(string text, int start, StringBuilder word)
    {
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                return i;
            }

            if (c == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                c = text[++i];
                if (c == '\n')
                {
                    continue;
                }
            }

            _ = word.Append(c);
        }

        throw Refused("a double quote is not closed");
    }

    private static ConfigException Refused(string what) => new([new Finding("", $"the command line cannot be split: {what}; quote URLs that hold special characters")]);
}

using System.Text;

namespace Gost.Ssh.Keys;

/// <summary>Takes a line of <c>authorized_keys</c> apart: options with quoted values, then the key.</summary>
internal static class KeyLineOptions
{
    /// <summary>The options and what stands behind them; an error where a quote is not closed.</summary>
    public static (IReadOnlyList<(string Name, string? Value)> Options, string Key, string? Error) Split(string line)
    {
        List<(string, string?)> options = [];
        var at = 0;
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            var start = at;
            while (at < line.Length && line[at] is not ('=' or ',') && !char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            var name = line[start..at].ToLowerInvariant();
            string? value = null;
            if (at < line.Length && line[at] == '=')
            {
                (value, at) = ReadQuoted(line, at + 1);
                if (value is null)
                {
                    return ([], "", $"the value of the option \"{name}\" is not in quotes, or they are not closed");
                }
            }

            options.Add((name, value));
            if (at < line.Length && line[at] == ',')
            {
                at++;
            }
            else if (at < line.Length && !char.IsWhiteSpace(line[at]))
            {
                return ([], "", $"something stands behind the value of the option \"{name}\"");
            }
        }

        return (options, line[at..].Trim(), null);
    }

    private static (string? Value, int At) ReadQuoted(string line, int at)
    {
        if (at >= line.Length || line[at] != '"')
        {
            return (null, at);
        }

        StringBuilder value = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                return (value.ToString(), at + 1);
            }

            if (line[at] == '\\' && at + 1 < line.Length && line[at + 1] == '"')
            {
                at++;
            }

            value.Append(line[at]);
        }

        return (null, at);
    }
}

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Splits arguments into flags as Go's flag package does: <c>-L x</c>, <c>-L=x</c>, <c>--L x</c> and <c>--L=x</c> are the same, and the
/// first argument that is not a flag ends them. Source: spec/cli.md section 1.
/// </summary>
public static class GoFlagSyntax
{
    /// <summary>
    /// The flags with their values in order (a switch without a value is <c>true</c>) and what follows them. <paramref name="takesValue"/>
    /// tells whether a flag takes a value, null for a flag that does not exist. Throws <see cref="FormatException"/> in Go's words.
    /// </summary>
    public static (IReadOnlyList<KeyValuePair<string, string>> Flags, IReadOnlyList<string> Others) Split(
        IReadOnlyList<string> arguments, Func<string, bool?> takesValue)
    {
        List<KeyValuePair<string, string>> flags = [];
        var next = 0;
        while (next < arguments.Count && arguments[next] is ['-', _, ..] argument)
        {
            next++;
            if (argument == "--")
            {
                break;
            }

            var name = argument.AsSpan(argument[1] == '-' ? 2 : 1).ToString();
            if (name.Length == 0 || name[0] is '-' or '=')
            {
                throw new FormatException($"bad flag syntax: {argument}");
            }

            var equals = name.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? null : name[(equals + 1)..];
            name = equals < 0 ? name : name[..equals];
            if (takesValue(name) is not { } wanted)
            {
                throw new FormatException($"flag provided but not defined: -{name}");
            }

            if (value is null && wanted)
            {
                value = next < arguments.Count ? arguments[next++] : throw new FormatException($"flag needs an argument: -{name}");
            }

            flags.Add(KeyValuePair.Create(name, value ?? "true"));
        }

        return (flags, [.. arguments.Skip(next)]);
    }
}

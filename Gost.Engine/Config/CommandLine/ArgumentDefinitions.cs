using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>Reads a whole command line for conversion: the flags that define something, and no others. Source: contract.md, Conversion.</summary>
internal static class ArgumentDefinitions
{
    private const string ReadsFiles = "would read files of the server and is refused here";

    /// <summary>Reads the arguments, the leading <c>gost</c> optional. Throws <see cref="ConfigException"/> with every finding.</summary>
    public static CommandLineDefinitions Read(IReadOnlyList<string> arguments)
    {
        var own = arguments.Count > 0 && IsProgramName(arguments[0]) ? [.. arguments.Skip(1)] : arguments;
        if (own.Any(static x => x == "--"))
        {
            throw Refused("'--' starts groups of their own processes and is refused here; convert one group at a time");
        }

        (IReadOnlyList<KeyValuePair<string, string>> Flags, IReadOnlyList<string> Others) split;
        try
        {
            split = GoFlagSyntax.Split(own, TakesValue);
        }
        catch (FormatException e)
        {
            throw Refused($"{e.Message}; the flags of a conversion are -L, -F, -api, -metrics, -D and -DD");
        }

        List<Finding> findings = [];
        if (split.Others.Count > 0)
        {
            findings.Add(new Finding("", $"'{Shown(split.Others[0])}' is no flag, and flags end there; put -L or -F in front of it or remove it"));
        }

        foreach (var flag in split.Flags.Where(static x => x.Key is "C" or "O").Select(static x => x.Key).Distinct())
        {
            findings.Add(new Finding("", flag == "C" ? $"-C {ReadsFiles}; post the file to /config/import" : "-O is refused here; ask for format=yaml or format=json"));
        }

        var definitions = ToDefinitions(split.Flags, findings);
        return findings.Count == 0 ? definitions : throw new ConfigException(findings);
    }

    // Ours and GOST's flags that define nothing are accepted: the line is one that the program takes.
    private static bool? TakesValue(string name) => name switch
    {
        "L" or "F" or "C" or "O" or "api" or "metrics" or "R" or "db" or "drain" or "lane" => true,
        "D" or "DD" or "V" => false,
        _ => null,
    };

    private static CommandLineDefinitions ToDefinitions(IReadOnlyList<KeyValuePair<string, string>> flags, List<Finding> findings)
    {
        string? Last(string name) => flags.LastOrDefault(x => x.Key == name).Value;
        bool Switch(string name)
        {
            if (Last(name) is { } text && !GoBool.TryParse(text, out _))
            {
                findings.Add(new Finding("", $"-{name} is '{Shown(text)}'; write -{name} alone, true or false"));
            }

            return Last(name) is { } value && GoBool.TryParse(value, out var on) && on;
        }

        return new CommandLineDefinitions
        {
            Services = [.. flags.Where(static x => x.Key == "L").Select(static x => x.Value)],
            Nodes = [.. flags.Where(static x => x.Key == "F").Select(static x => x.Value)],
            Api = Last("api"),
            Metrics = Last("metrics"),
            Debug = Switch("D"),
            Trace = Switch("DD"),
        };
    }

    private static bool IsProgramName(string text) => text == "gost" || text.EndsWith("/gost", StringComparison.Ordinal);

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private static ConfigException Refused(string message) => new([new Finding("", message)]);
}

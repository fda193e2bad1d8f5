using System.CommandLine;
using System.CommandLine.Help;
using Gost.Engine.Config.CommandLine;

namespace Gost.Api.CommandLine;

/// <summary>
/// Reads the program's arguments: Go's flag syntax first (<see cref="GoFlagSyntax"/>), then System.CommandLine for types and help.
/// </summary>
internal static class ProgramArgumentsReader
{
    private static readonly ParserConfiguration Parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Reads. Throws <see cref="UsageException"/>; <paramref name="ignored"/> is what followed the first argument that is no flag.</summary>
    public static ProgramArguments Read(IReadOnlyList<string> arguments, out IReadOnlyList<string> ignored)
    {
        ProgramFlags flags = new();
        var command = arguments is [var first, ..] ? flags.Root.Subcommands.FirstOrDefault(x => x.Name == first) : null;
        if (command is null && arguments is [var word, ..] && !word.StartsWith('-'))
        {
            throw new UsageException($"unknown command: {word}");
        }

        var tokens = Normalise(command ?? flags.Root, command is null ? arguments : [.. arguments.Skip(1)], out ignored);
        if (command is not null)
        {
            tokens.Insert(0, command.Name);
            if (ignored.Count > 0)
            {
                throw new UsageException($"{command.Name} takes flags only, not {ignored[0]}");
            }
        }

        var result = flags.Root.Parse(tokens, Parser);
        return result.Errors.Count > 0
            ? throw new UsageException(result.Errors[0].Message)
            : new ProgramArguments
            {
                Verb = result.GetValue(flags.Help) ? ProgramVerb.Help
                    : command == flags.Validate ? ProgramVerb.Validate
                    : command == flags.HealthCheck ? ProgramVerb.HealthCheck
                    : result.GetValue(flags.Version) ? ProgramVerb.Version
                    : ProgramVerb.Run,
                Services = result.GetValue(flags.Services) ?? [],
                Nodes = result.GetValue(flags.Nodes) ?? [],
                Sources = result.GetValue(flags.Sources) ?? [],
                OutputFormat = NotEmpty(result.GetValue(flags.OutputFormat)),
                Debug = result.GetValue(flags.Debug),
                Trace = result.GetValue(flags.Trace),
                Api = NotEmpty(result.GetValue(flags.Api)),
                Metrics = NotEmpty(result.GetValue(flags.Metrics)),
                ReloadPeriod = command is null ? result.GetValue(flags.ReloadPeriod) : default,
                DatabasePath = NotEmpty(result.GetValue(flags.DatabasePath)),
                Drain = command is null ? result.GetValue(flags.Drain) : default,
                Lane = command is null ? NotEmpty(result.GetValue(flags.Lane)) : null,
            };
    }

    /// <summary>Writes the usage.</summary>
    public static void WriteUsage(TextWriter output)
    {
        ProgramFlags flags = new();
        flags.Root.Options.Add(new HelpOption("--usage"));
        _ = flags.Root.Parse(["--usage"], Parser).Invoke(new InvocationConfiguration { Output = output, Error = output });
    }

    // Flags written once and for all as -name=value, so that values may look like flags.
    private static List<string> Normalise(Command command, IReadOnlyList<string> arguments, out IReadOnlyList<string> others)
    {
        try
        {
            var split = GoFlagSyntax.Split(arguments, name => ProgramFlags.TakesValue(command, name));
            others = split.Others;
            List<string> tokens = [];
            foreach (var (name, value) in split.Flags)
            {
                if (ProgramFlags.TakesValue(command, name) is false)
                {
                    tokens.Add($"-{name}={Switch(name, value)}");
                }
                else if (value.Length == 0)
                {
                    tokens.AddRange([$"-{name}", ""]);
                }
                else
                {
                    tokens.Add($"-{name}={value}");
                }
            }

            return tokens;
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static string Switch(string name, string value) => value switch
    {
        "1" or "t" or "T" or "TRUE" or "true" or "True" => "true",
        "0" or "f" or "F" or "FALSE" or "false" or "False" => "false",
        _ => throw new UsageException($"invalid boolean value \"{value}\" for -{name}"),
    };

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

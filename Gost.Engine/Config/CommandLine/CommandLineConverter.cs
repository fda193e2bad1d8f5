using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Turns <c>-L</c>, <c>-F</c>, <c>-api</c>, <c>-metrics</c>, <c>-D</c> values into configuration, exactly as GOST does but for the refused
/// quirks (spec/cli.md sections 2 to 5 and 7; contract.md, Conversion). Pure: reads no file, checks no type support.
/// </summary>
public static class CommandLineConverter
{
    /// <summary>Converts. Throws <see cref="ConfigException"/> with every finding; messages name the argument.</summary>
    public static GostConfig Convert(CommandLineDefinitions definitions) => throw new NotSupportedException("cli");

    /// <summary>
    /// Converts a whole command line (<c>["gost","-L","…"]</c>, the leading <c>gost</c> optional), as <c>POST /config/convert</c> takes it.
    /// Refuses <c>-C</c>, <c>-O</c> and <c>--</c>.
    /// </summary>
    public static GostConfig ConvertArguments(IReadOnlyList<string> arguments) => throw new NotSupportedException("cli");

    /// <summary>Splits text in POSIX shell quoting into arguments.</summary>
    public static IReadOnlyList<string> SplitShellWords(string text) => throw new NotSupportedException("cli");
}

/// <summary>The defining flags of one command line. <c>TargetPrefix</c> is <c>go-N@</c> in a <c>--</c> group, else empty.</summary>
public sealed record CommandLineDefinitions
{
    public IReadOnlyList<string> Services { get; init; } = [];
    public IReadOnlyList<string> Nodes { get; init; } = [];
    public string? Api { get; init; }
    public string? Metrics { get; init; }
    public bool Debug { get; init; }
    public bool Trace { get; init; }
    public string TargetPrefix { get; init; } = "";
}

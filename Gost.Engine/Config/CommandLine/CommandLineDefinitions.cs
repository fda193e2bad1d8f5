namespace Gost.Engine.Config.CommandLine;

/// <summary>The defining flags of one command line. <c>TargetPrefix</c> is <c>go-N@</c> in a <c>--</c> group, else empty.</summary>
public sealed record CommandLineDefinitions
{
    /// <summary><c>-L</c> values in order.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary><c>-F</c> values in order.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary><c>-api</c>; null = not given.</summary>
    public string? Api { get; init; }

    /// <summary><c>-metrics</c>; null = not given.</summary>
    public string? Metrics { get; init; }

    /// <summary><c>-D</c>.</summary>
    public bool Debug { get; init; }

    /// <summary><c>-DD</c>; wins over <see cref="Debug"/>.</summary>
    public bool Trace { get; init; }

    /// <summary>What the names of targets begin with.</summary>
    public string TargetPrefix { get; init; } = "";
}

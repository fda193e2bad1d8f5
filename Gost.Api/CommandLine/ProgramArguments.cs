namespace Gost.Api.CommandLine;

/// <summary>The flags of one command line, split and typed but not yet acted on. Source: spec/cli.md section 1.</summary>
internal sealed record ProgramArguments
{
    /// <summary>What is to be done.</summary>
    public ProgramVerb Verb { get; init; }

    /// <summary><c>-L</c> values in order.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary><c>-F</c> values in order.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary><c>-C</c> values in order.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary><c>-O</c>; null or empty = not given.</summary>
    public string? OutputFormat { get; init; }

    /// <summary><c>-D</c>.</summary>
    public bool Debug { get; init; }

    /// <summary><c>-DD</c>.</summary>
    public bool Trace { get; init; }

    /// <summary><c>-api</c> as written.</summary>
    public string? Api { get; init; }

    /// <summary><c>-metrics</c> as written.</summary>
    public string? Metrics { get; init; }

    /// <summary><c>-R</c>; zero = off.</summary>
    public TimeSpan ReloadPeriod { get; init; }

    /// <summary><c>-db</c>.</summary>
    public string? DatabasePath { get; init; }

    /// <summary><c>--drain</c>.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>-lane</c> as written.</summary>
    public string? Lane { get; init; }

    /// <summary>Any of <c>-L</c>, <c>-F</c>, <c>-C</c> was given, so definitions come from the command line.</summary>
    public bool HasDefinitions => Services.Count + Nodes.Count + Sources.Count > 0;
}

/// <summary>What a command line asks the program to do.</summary>
internal enum ProgramVerb
{
    /// <summary>Run, or print with <c>-O</c>.</summary>
    Run,

    /// <summary><c>-V</c>.</summary>
    Version,

    /// <summary><c>-h</c>.</summary>
    Help,

    /// <summary><c>gost validate -C FILE</c>.</summary>
    Validate,

    /// <summary><c>gost healthcheck</c>.</summary>
    HealthCheck,
}

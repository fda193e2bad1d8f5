using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>
/// What one command line asks for, after the sources were read and the environment was laid over them. Immutable.
/// Sources: spec/cli.md section 1; contract.md, Start, files, environment.
/// </summary>
internal sealed record ProgramOptions
{
    /// <summary>The arguments as they were split into flags.</summary>
    public ProgramArguments Arguments { get; init; } = new();

    /// <summary>
    /// The definitions of <c>-C</c>, <c>-L</c> and <c>-F</c> at start, merged; null = store mode (none of these flags was given).
    /// Its <c>api</c>, <c>metrics</c>, <c>log</c> and <c>profiling</c> have the environment and the flags laid over them.
    /// </summary>
    public GostConfig? Definitions { get; init; }

    /// <summary>Reads the sources again for SIGHUP, <c>-R</c> and <c>POST /config/reload</c>; null in store mode.</summary>
    public SourceLoader? Loader { get; init; }

    /// <summary>
    /// The Web API's address from flag, environment or file; null = none of these names one: no API with <see cref="Definitions"/>,
    /// else the program's own setting.
    /// </summary>
    public ApiEndpoint? Api { get; init; }

    /// <summary>The credentials of the environment, for an address that comes from the settings; <see cref="Api"/> has them already.</summary>
    public AuthConfig? ApiCredentials { get; init; }

    /// <summary>The separate metrics endpoint; null = none.</summary>
    public MetricsEndpoint? Metrics { get; init; }

    /// <summary>Level, output and format of the log as asked for; null = defaults.</summary>
    public LogConfig? Log { get; init; }

    /// <summary><c>-db</c>: the store's file; null = the setting in store mode, memory otherwise.</summary>
    public string? DatabasePath { get; init; }

    /// <summary><c>--drain</c>: how long flows may go on after SIGTERM.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>-lane</c> as written; null = the setting.</summary>
    public string? Lane { get; init; }

    /// <summary><c>-R</c>: how often the sources are read again; zero = never.</summary>
    public TimeSpan ReloadPeriod { get; init; }

    /// <summary>Findings of the sources that do not refuse them, for the log.</summary>
    public IReadOnlyList<Finding> Warnings { get; init; } = [];

    /// <summary>No definitions were given: what is served comes from the store alone.</summary>
    public bool IsStoreMode => Definitions is null;
}

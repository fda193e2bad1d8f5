using Gost.Api.CommandLine;
using Gost.Engine.Runtime;

namespace Gost.Api.Hosting;

/// <summary>Everything one run of the program is made of, after appsettings.json, environment and command line were laid over each other.</summary>
internal sealed record GostSettings
{
    /// <summary>The Web API; null = none.</summary>
    public ApiSettings? Api { get; init; }

    /// <summary>The metrics endpoint beside it; null = none.</summary>
    public MetricsEndpoint? Metrics { get; init; }

    /// <summary>SQLite connection string of the store.</summary>
    public string ConnectionString { get; init; } = "Data Source=:memory:";

    /// <summary>Where SSH keys are kept that a store in memory cannot keep; null = they end with the program.</summary>
    public string? SshKeyFolder { get; init; }

    /// <summary>Folder of <c>POST /config</c>.</summary>
    public string ExportFolder { get; init; } = "data/export";

    /// <summary>Series of metrics that name a client; more clients are counted as <c>other</c>.</summary>
    public int MetricsMaxClients { get; init; } = 1000;

    /// <summary>Settings of the engine.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>How long flows may go on after a stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often sources are read again; zero = never.</summary>
    public TimeSpan ReloadPeriod { get; init; }

    /// <summary>The log.</summary>
    public LogSettings Log { get; init; } = new();
}

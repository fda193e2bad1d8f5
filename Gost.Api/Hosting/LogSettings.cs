namespace Gost.Api.Hosting;

/// <summary>Where log lines go and which. Source: spec/config.md section 13.</summary>
internal sealed record LogSettings
{
    /// <summary>trace, debug, info, warn, error or fatal.</summary>
    public string Level { get; init; } = "info";

    /// <summary>json or text.</summary>
    public string Format { get; init; } = "json";

    /// <summary>stderr, stdout, none or the path of a file.</summary>
    public string Output { get; init; } = "stderr";

    /// <summary>The level as the logging library names it. Throws <see cref="StartRefusedException"/> for an unknown word.</summary>
    public LogLevel MinimumLevel => Level.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "" or "INFO" or "INFORMATION" => LogLevel.Information,
        "WARN" or "WARNING" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "FATAL" or "CRITICAL" => LogLevel.Critical,
        _ => throw new StartRefusedException($"log level {Level} is unknown: use trace, debug, info, warn, error or fatal (Log:Level)"),
    };
}

using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>Who is told of state and statistics. Source: spec/config.md section 11.</summary>
public sealed record ObserverConfig : NamedConfig
{
    public PluginConfig? Plugin { get; init; }
}

/// <summary>Where records go; one of its members is set. Source: spec/config.md section 11.</summary>
public sealed record RecorderConfig : NamedConfig
{
    public FileRecorderConfig? File { get; init; }
    public TcpRecorderConfig? Tcp { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>Records in a file.</summary>
public sealed record FileRecorderConfig
{
    [FilePath] public string Path { get; init; } = "";
    public string Sep { get; init; } = "";
    public LogRotationConfig? Rotation { get; init; }
}

/// <summary>Records to a TCP peer.</summary>
public sealed record TcpRecorderConfig
{
    public string Addr { get; init; } = "";
    public GoDuration Timeout { get; init; }
}

/// <summary>A named log.</summary>
public sealed record LoggerConfig : NamedConfig
{
    public LogConfig? Log { get; init; }
}

/// <summary>Where the program's log goes. Source: spec/config.md section 13.</summary>
public sealed record LogConfig
{
    [FilePath] public string Output { get; init; } = "";
    public string Level { get; init; } = "";
    public string Format { get; init; } = "";
    public LogRotationConfig? Rotation { get; init; }
}

/// <summary>When a log file is changed; size in MB, age in days.</summary>
public sealed record LogRotationConfig
{
    public long MaxSize { get; init; }
    public long MaxAge { get; init; }
    public long MaxBackups { get; init; }
    public bool LocalTime { get; init; }
    public bool Compress { get; init; }
}

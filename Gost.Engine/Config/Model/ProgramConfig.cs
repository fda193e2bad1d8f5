namespace Gost.Engine.Config.Model;

/// <summary>The profiler of GOST: kept, without effect here.</summary>
public sealed record ProfilingConfig
{
    public string Addr { get; init; } = "";
}

/// <summary>The Web API's own address and credentials. Source: spec/config.md section 13.</summary>
public sealed record ApiConfig
{
    public string Addr { get; init; } = "";
    public string PathPrefix { get; init; } = "";
    [ConfigName("accesslog")] public bool AccessLog { get; init; }
    public AuthConfig? Auth { get; init; }
    public string Auther { get; init; } = "";
}

/// <summary>The metrics endpoint's own address and credentials.</summary>
public sealed record MetricsConfig
{
    public string Addr { get; init; } = "";
    public string Path { get; init; } = "";
    public AuthConfig? Auth { get; init; }
    public string Auther { get; init; } = "";
}

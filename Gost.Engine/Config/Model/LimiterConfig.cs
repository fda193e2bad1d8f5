using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>Limits of traffic, connections or request rate, one line each. Source: spec/config.md section 10.</summary>
public sealed record LimiterConfig : NamedConfig
{
    public ConfigList<string> Limits { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>A volume of traffic within a window. Source: spec/config.md section 10.</summary>
public sealed record QuotaConfig : NamedConfig
{
    public string Limit { get; init; } = "";
    public string StartsAt { get; init; } = "";
    public string ExpiresAt { get; init; } = "";
    public string Direction { get; init; } = "";
    public string Flush { get; init; } = "";
    public QuotaStoreConfig? Store { get; init; }
}

/// <summary>Where a quota keeps its count.</summary>
public sealed record QuotaStoreConfig
{
    public string Type { get; init; } = "";
    [FilePath] public string File { get; init; } = "";
    public RedisSourceConfig? Redis { get; init; }
}

using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>Name servers. Source: spec/config.md section 9.</summary>
public sealed record ResolverConfig : NamedConfig
{
    public ConfigList<NameserverConfig> Nameservers { get; init; } = [];
    public PluginConfig? Plugin { get; init; }
}

/// <summary>One name server.</summary>
public sealed record NameserverConfig
{
    [AlwaysWritten] public string Addr { get; init; } = "";
    public string Chain { get; init; } = "";
    public string Prefer { get; init; } = "";
    [ConfigName("clientIP")] public string ClientIp { get; init; } = "";
    public string Hostname { get; init; } = "";
    public GoDuration Ttl { get; init; }
    public GoDuration Timeout { get; init; }
    public bool Async { get; init; }
    public string Only { get; init; } = "";
}

/// <summary>A table of names and addresses. Source: spec/config.md section 9.</summary>
public sealed record HostsConfig : NamedConfig
{
    public ConfigList<HostMappingConfig> Mappings { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>One address and its names.</summary>
public sealed record HostMappingConfig
{
    [AlwaysWritten] public string Ip { get; init; } = "";
    [AlwaysWritten] public string Hostname { get; init; } = "";
    public ConfigList<string> Aliases { get; init; } = [];
}

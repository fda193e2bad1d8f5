using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>Host names of a tunnel entry.</summary>
public sealed record IngressConfig : NamedConfig
{
    public ConfigList<IngressRuleConfig> Rules { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>One host name and its tunnel.</summary>
public sealed record IngressRuleConfig
{
    public string Hostname { get; init; } = "";
    public string Endpoint { get; init; } = "";
}

/// <summary>IP routes of a tun service.</summary>
public sealed record RouterConfig : NamedConfig
{
    public ConfigList<IpRouteConfig> Routes { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>One IP route; <c>net</c> is the deprecated name of <c>dst</c>.</summary>
public sealed record IpRouteConfig
{
    public string Net { get; init; } = "";
    public string Dst { get; init; } = "";
    public string Gateway { get; init; } = "";
}

/// <summary>Service discovery.</summary>
public sealed record SdConfig : NamedConfig
{
    public PluginConfig? Plugin { get; init; }
}

/// <summary>HTTP rewriting by a plugin.</summary>
public sealed record RewriterConfig : NamedConfig
{
    public PluginConfig? Plugin { get; init; }
}

/// <summary>An HTTP cache.</summary>
public sealed record CacheConfig : NamedConfig
{
    public MemoryCacheConfig? Memory { get; init; }
    public RedisSourceConfig? Redis { get; init; }
}

/// <summary>A cache in memory; sizes as text or number, kept as written.</summary>
public sealed record MemoryCacheConfig
{
    public GoDuration Ttl { get; init; }
    public long MaxSize { get; init; }
    public long MaxBytes { get; init; }
    public GoDuration CleanupInterval { get; init; }
    public string Eviction { get; init; } = "";
}

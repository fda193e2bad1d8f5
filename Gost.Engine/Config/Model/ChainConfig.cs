using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>An ordered way through hops. Source: spec/config.md section 6.</summary>
public sealed record ChainConfig : NamedConfig
{
    [AlwaysWritten] public ConfigList<HopConfig> Hops { get; init; } = [];
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>A group of nodes of which one is used; inside a chain an entry without nodes and plugin is a reference by name.</summary>
public sealed record HopConfig : NamedConfig
{
    public string Interface { get; init; } = "";
    public SockOptsConfig? Sockopts { get; init; }
    public SelectorConfig? Selector { get; init; }
    public string Bypass { get; init; } = "";
    public ConfigList<string> Bypasses { get; init; } = [];
    public string Resolver { get; init; } = "";
    public string Hosts { get; init; } = "";
    public ConfigList<NodeConfig> Nodes { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>One proxy of a hop: how to dial it and how to ask it for the next address.</summary>
public sealed record NodeConfig : NamedConfig
{
    public string Addr { get; init; } = "";
    public string Network { get; init; } = "";
    public string Bypass { get; init; } = "";
    public ConfigList<string> Bypasses { get; init; } = [];
    public string Resolver { get; init; } = "";
    public string Hosts { get; init; } = "";
    public ConnectorConfig? Connector { get; init; }
    public DialerConfig? Dialer { get; init; }
    public string Interface { get; init; } = "";
    public string Netns { get; init; } = "";
    public SockOptsConfig? Sockopts { get; init; }
    public NodeFilterConfig? Filter { get; init; }
    public MatcherConfig? Matcher { get; init; }
    public HttpNodeConfig? Http { get; init; }
    public TlsNodeConfig? Tls { get; init; }
    public ProbeConfig? Probe { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>The proxy protocol spoken to a node; an empty type is <c>http</c>.</summary>
public sealed record ConnectorConfig
{
    [AlwaysWritten] public string Type { get; init; } = "";
    public AuthConfig? Auth { get; init; }
    public TlsConfig? Tls { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>The transport to a node; an empty type is <c>tcp</c>.</summary>
public sealed record DialerConfig
{
    [AlwaysWritten] public string Type { get; init; } = "";
    public AuthConfig? Auth { get; init; }
    public TlsConfig? Tls { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>Which requests a node serves.</summary>
public sealed record NodeFilterConfig
{
    public string Host { get; init; } = "";
    public string Protocol { get; init; } = "";
    public string Path { get; init; } = "";
}

/// <summary>A rule expression; <c>bodySize</c> in bytes.</summary>
public sealed record MatcherConfig
{
    public string Rule { get; init; } = "";
    public long Priority { get; init; }
    public long BodySize { get; init; }
}

/// <summary>An active health check. Source: spec/forwarding.md section 4.</summary>
public sealed record ProbeConfig
{
    public string Type { get; init; } = "";
    public string Addr { get; init; } = "";
    public GoDuration Interval { get; init; }
    public GoDuration Timeout { get; init; }
    public string HttpPath { get; init; } = "";
    public string HttpHost { get; init; } = "";
    public ConfigMap<string> HttpHeaders { get; init; } = ConfigMap<string>.Empty;
    public long ExpectedStatus { get; init; }
    public ConfigList<string> Command { get; init; } = [];
}

/// <summary>What sniffed HTTP through a node is changed to.</summary>
public sealed record HttpNodeConfig
{
    public string Host { get; init; } = "";
    public ConfigMap<string> Header { get; init; } = ConfigMap<string>.Empty;
    public ConfigMap<string> RequestHeader { get; init; } = ConfigMap<string>.Empty;
    public ConfigMap<string> ResponseHeader { get; init; } = ConfigMap<string>.Empty;
    public AuthConfig? Auth { get; init; }
    [ConfigName("rewriteURL")] public ConfigList<HttpRewriteConfig> RewriteUrl { get; init; } = [];
    public ConfigList<HttpRewriteConfig> RewriteRequestBody { get; init; } = [];
    public ConfigList<HttpRewriteConfig> RewriteResponseBody { get; init; } = [];
    public string FailCodes { get; init; } = "";
}

/// <summary>A pattern and what replaces it; GOST writes these two names with capitals.</summary>
public sealed record HttpRewriteConfig
{
    [ConfigName("Match")] public string Match { get; init; } = "";
    [ConfigName("Replacement")] public string Replacement { get; init; } = "";
    public string Type { get; init; } = "";
}

/// <summary>TLS to a sniffed node.</summary>
public sealed record TlsNodeConfig
{
    public string ServerName { get; init; } = "";
    public bool Secure { get; init; }
    public TlsOptionsConfig? Options { get; init; }
}

using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>One port forward or proxy: a listener, a handler and where to forward. Source: spec/config.md section 3.</summary>
public sealed record ServiceConfig : NamedConfig
{
    public string Addr { get; init; } = "";
    public string Interface { get; init; } = "";
    public SockOptsConfig? Sockopts { get; init; }
    public string Admission { get; init; } = "";
    public ConfigList<string> Admissions { get; init; } = [];
    public string Bypass { get; init; } = "";
    public ConfigList<string> Bypasses { get; init; } = [];
    public string Resolver { get; init; } = "";
    public string Hosts { get; init; } = "";
    public string Limiter { get; init; } = "";
    [ConfigName("climiter")] public string CLimiter { get; init; } = "";
    [ConfigName("rlimiter")] public string RLimiter { get; init; } = "";
    public ConfigList<string> Quotas { get; init; } = [];
    public string Logger { get; init; } = "";
    public ConfigList<string> Loggers { get; init; } = [];
    public string Observer { get; init; } = "";
    public string Rewriter { get; init; } = "";
    public string Cache { get; init; } = "";
    public ConfigList<RecorderRefConfig> Recorders { get; init; } = [];
    public HandlerConfig? Handler { get; init; }
    public ListenerConfig? Listener { get; init; }
    public ForwarderConfig? Forwarder { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>Deprecated socket options: <c>mark</c> is the metadata key <c>so_mark</c>.</summary>
public sealed record SockOptsConfig
{
    public long Mark { get; init; }
}

/// <summary>Which recorder takes which kind of record.</summary>
public sealed record RecorderRefConfig
{
    public string Name { get; init; } = "";
    public string Record { get; init; } = "";
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>What serves an accepted connection; an empty type is <c>auto</c>.</summary>
public sealed record HandlerConfig
{
    [AlwaysWritten] public string Type { get; init; } = "";
    public long Retries { get; init; }
    public string Chain { get; init; } = "";
    public ChainGroupConfig? ChainGroup { get; init; }
    public string Auther { get; init; } = "";
    public ConfigList<string> Authers { get; init; } = [];
    public AuthConfig? Auth { get; init; }
    public TlsConfig? Tls { get; init; }
    public string Limiter { get; init; } = "";
    public string Observer { get; init; } = "";
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>What accepts connections or datagrams; an empty type is <c>tcp</c>.</summary>
public sealed record ListenerConfig
{
    [AlwaysWritten] public string Type { get; init; } = "";
    public string Chain { get; init; } = "";
    public ChainGroupConfig? ChainGroup { get; init; }
    public string Auther { get; init; } = "";
    public ConfigList<string> Authers { get; init; } = [];
    public AuthConfig? Auth { get; init; }
    public TlsConfig? Tls { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>User and password, or a file whose first line holds both.</summary>
public sealed record AuthConfig
{
    public string Username { get; init; } = "";
    [Secret] public string Password { get; init; } = "";
    [FilePath] public string File { get; init; } = "";
}

/// <summary>The targets of a service. <c>name</c> is the deprecated alias of <c>hop</c>. Source: spec/config.md section 4.</summary>
public sealed record ForwarderConfig
{
    public string Name { get; init; } = "";
    public string Hop { get; init; } = "";
    public SelectorConfig? Selector { get; init; }
    [AlwaysWritten] public ConfigList<ForwardNodeConfig> Nodes { get; init; } = [];
    public HopGroupConfig? HopGroup { get; init; }
}

/// <summary>One target.</summary>
public sealed record ForwardNodeConfig
{
    [AlwaysWritten] public string Name { get; init; } = "";
    public string Addr { get; init; } = "";
    public string Network { get; init; } = "";
    public string Bypass { get; init; } = "";
    public ConfigList<string> Bypasses { get; init; } = [];
    public string Protocol { get; init; } = "";
    public string Host { get; init; } = "";
    public string Path { get; init; } = "";
    public NodeFilterConfig? Filter { get; init; }
    public MatcherConfig? Matcher { get; init; }
    public AuthConfig? Auth { get; init; }
    public HttpNodeConfig? Http { get; init; }
    public TlsNodeConfig? Tls { get; init; }
    public ProbeConfig? Probe { get; init; }
    public ConfigMap<object?> Metadata { get; init; } = ConfigMap<object?>.Empty;
}

/// <summary>How one of several nodes is chosen, and when a node counts as failed. Source: spec/config.md section 5.</summary>
public sealed record SelectorConfig
{
    [AlwaysWritten] public string Strategy { get; init; } = "";
    [AlwaysWritten] public long MaxFails { get; init; }
    [AlwaysWritten] public GoDuration FailTimeout { get; init; }
    public GoDuration MaxLatency { get; init; }
}

/// <summary>Several chains of which one is chosen per connection.</summary>
public sealed record ChainGroupConfig
{
    public ConfigList<ChainRefConfig> Chains { get; init; } = [];
    public SelectorConfig? Selector { get; init; }
}

/// <summary>One entry of a chain group; a plain string is the chain's name.</summary>
[ScalarForm(nameof(Chain))]
public sealed record ChainRefConfig
{
    public string Chain { get; init; } = "";
    public MatcherConfig? Matcher { get; init; }
    public ProbeConfig? Probe { get; init; }
}

/// <summary>Several hops of which one is chosen per connection.</summary>
public sealed record HopGroupConfig
{
    public ConfigList<HopRefConfig> Hops { get; init; } = [];
    public SelectorConfig? Selector { get; init; }
}

/// <summary>One entry of a hop group; a plain string is the hop's name.</summary>
[ScalarForm(nameof(Hop))]
public sealed record HopRefConfig
{
    public string Hop { get; init; } = "";
    public MatcherConfig? Matcher { get; init; }
    public ProbeConfig? Probe { get; init; }
}

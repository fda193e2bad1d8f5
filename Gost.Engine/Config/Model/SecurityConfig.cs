using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>Named credentials. Source: spec/config.md section 7.</summary>
public sealed record AutherConfig : NamedConfig
{
    public ConfigList<AuthConfig> Auths { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>A filter by source address. Source: spec/config.md section 8.</summary>
public sealed record AdmissionConfig : NamedConfig
{
    public bool Reverse { get; init; }
    public bool Whitelist { get; init; }
    public ConfigList<string> Matchers { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>A filter by destination. Source: spec/config.md section 8.</summary>
public sealed record BypassConfig : NamedConfig
{
    public bool Reverse { get; init; }
    public bool Whitelist { get; init; }
    public string Network { get; init; } = "";
    public ConfigList<string> Matchers { get; init; } = [];
    public GoDuration Reload { get; init; }
    public FileSourceConfig? File { get; init; }
    public RedisSourceConfig? Redis { get; init; }
    public HttpSourceConfig? Http { get; init; }
    public PluginConfig? Plugin { get; init; }
}

/// <summary>Certificates and TLS rules of either side. Source: spec/config.md section 12.</summary>
public sealed record TlsConfig
{
    [FilePath] public string CertFile { get; init; } = "";
    [FilePath] public string KeyFile { get; init; } = "";
    [FilePath] public string CaFile { get; init; } = "";
    public bool Secure { get; init; }
    public string ServerName { get; init; } = "";
    public TlsOptionsConfig? Options { get; init; }
    public GoDuration Validity { get; init; }
    public string CommonName { get; init; } = "";
    public string Organization { get; init; } = "";
    [ConfigName("rejectUnknownSNI")] public bool RejectUnknownSni { get; init; }
    public ConfigList<string> ServerNames { get; init; } = [];
}

/// <summary>Versions, suites and ALPN.</summary>
public sealed record TlsOptionsConfig
{
    public string MinVersion { get; init; } = "";
    public string MaxVersion { get; init; } = "";
    public ConfigList<string> CipherSuites { get; init; } = [];
    public ConfigList<string> Alpn { get; init; } = [];
}

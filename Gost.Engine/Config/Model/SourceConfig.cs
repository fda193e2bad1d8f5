using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Model;

/// <summary>An object's entries in a local file.</summary>
public sealed record FileSourceConfig
{
    [FilePath] public string Path { get; init; } = "";
}

/// <summary>An object's entries in a Redis key.</summary>
public sealed record RedisSourceConfig
{
    public string Addr { get; init; } = "";
    public long Db { get; init; }
    public string Username { get; init; } = "";
    [Secret] public string Password { get; init; } = "";
    public string Key { get; init; } = "";
    public string Type { get; init; } = "";
}

/// <summary>An object's entries behind a URL.</summary>
public sealed record HttpSourceConfig
{
    public string Url { get; init; } = "";
    public GoDuration Timeout { get; init; }
    public ConfigMap<string> Header { get; init; } = ConfigMap<string>.Empty;
}

/// <summary>A service outside the process that answers for an object.</summary>
public sealed record PluginConfig
{
    public string Type { get; init; } = "";
    public string Addr { get; init; } = "";
    public TlsConfig? Tls { get; init; }
    public GoDuration Timeout { get; init; }
    [Secret] public string Token { get; init; } = "";
}

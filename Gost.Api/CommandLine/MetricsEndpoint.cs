using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>Where metrics are answered beside the Web API. Source: spec/config.md section 13.</summary>
/// <param name="Addr"><c>host:port</c>, <c>:port</c> or <c>unix:///path</c>.</param>
internal sealed record MetricsEndpoint(string Addr)
{
    /// <summary>The path; <c>/metrics</c> unless asked otherwise.</summary>
    public string Path { get; init; } = "/metrics";

    /// <summary>Basic credentials; null = none.</summary>
    public string? Username { get; init; }

    /// <summary>The password that belongs to <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The name of the auther that decides instead of the credentials; empty = none.</summary>
    public string Auther { get; init; } = "";

    /// <summary>The endpoint of a configuration's <c>metrics</c> object; null when that names no address.</summary>
    public static MetricsEndpoint? From(MetricsConfig? config) => config is not { Addr.Length: > 0 }
        ? null
        : new MetricsEndpoint(config.Addr)
        {
            Path = config.Path.Length > 0 ? config.Path : "/metrics",
            Username = config.Auth?.Username is { Length: > 0 } user ? user : null,
            Password = config.Auth?.Username is { Length: > 0 } ? config.Auth.Password : null,
            Auther = config.Auther,
        };

    /// <summary>Without the password.</summary>
    public override string ToString() => Addr + Path;
}

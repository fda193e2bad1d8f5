using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>Where the Web API listens and who may call it. Source: spec/api.md section 1.</summary>
/// <param name="Addr"><c>host:port</c>, <c>:port</c> or <c>unix:///path</c>.</param>
internal sealed record ApiEndpoint(string Addr)
{
    /// <summary>Basic credentials; null = none. Only one of the two is refused when the program starts to serve.</summary>
    public string? Username { get; init; }

    /// <summary>The password that belongs to <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The path in front of all routes, <c>/api</c> for one; empty = none.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>Every request is logged.</summary>
    public bool AccessLog { get; init; }

    /// <summary>The name of the auther that also admits callers; empty = none.</summary>
    public string Auther { get; init; } = "";

    /// <summary>The endpoint of a configuration's <c>api</c> object; null when that names no address.</summary>
    public static ApiEndpoint? From(ApiConfig? config) => config is not { Addr.Length: > 0 }
        ? null
        : new ApiEndpoint(config.Addr)
        {
            Username = config.Auth?.Username is { Length: > 0 } user ? user : null,
            Password = config.Auth?.Password is { Length: > 0 } password ? password : null,
            PathPrefix = config.PathPrefix,
            AccessLog = config.AccessLog,
            Auther = config.Auther,
        };

    /// <summary>Without the password.</summary>
    public override string ToString() => Addr + PathPrefix;
}

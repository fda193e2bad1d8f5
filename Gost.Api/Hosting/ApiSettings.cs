namespace Gost.Api.Hosting;

/// <summary>Where the Web API listens and who may call it: section <c>Api</c> of appsettings.json, environment, <c>-api</c>.</summary>
internal sealed record ApiSettings
{
    /// <summary><c>host:port</c>, <c>:port</c> (every address) or <c>unix:///path</c>.</summary>
    public string Addr { get; init; } = "127.0.0.1:18080";

    /// <summary>User of Basic authentication; empty = none.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password that belongs to <see cref="Username"/>.</summary>
    public string Password { get; init; } = "";

    /// <summary>Name of an auther that also admits callers; empty = none.</summary>
    public string Auther { get; init; } = "";

    /// <summary>Path in front of every route but <c>/healthz</c>.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary><see cref="PathPrefix"/> as the beginning of a path; without value when there is none.</summary>
    public PathString Prefix => PathPrefix.Trim('/') is { Length: > 0 } prefix ? new PathString("/" + prefix) : default;

    /// <summary>One log line per request.</summary>
    public bool AccessLog { get; init; }

    /// <summary>The explicit override: listen off loopback without credentials.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Host names answered while no credentials are set, beside loopback names and IP literals.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Web origins that may call, beside the own and loopback ones: <c>https://ui.example.org</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether callers have to show credentials at all.</summary>
    public bool RequiresAuthentication => Username.Length > 0 || Auther.Length > 0;

    /// <summary>Whether the credentials are good enough to listen off loopback.</summary>
    public bool HasCredentials => (Username.Length > 0 && Password.Length > 0) || Auther.Length > 0;

    /// <summary>Without the password.</summary>
    public override string ToString() => Addr + PathPrefix;
}

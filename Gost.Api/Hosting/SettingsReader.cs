using System.Data.Common;
using Gost.Api.CommandLine;
using Gost.Engine.Config.Values;
using Gost.Engine.Runtime;

namespace Gost.Api.Hosting;

/// <summary>
/// Lays appsettings.json, environment variables (<c>Api__Username</c>) and the command line over each other, later ones win. The names
/// hosting frameworks read (<c>ASPNETCORE_URLS</c> and the like) are not among them. Source: contract.md, Start.
/// </summary>
internal static class SettingsReader
{
    /// <summary>appsettings.json beside the program, then the environment.</summary>
    public static IConfiguration ReadSources() => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .Build();

    /// <summary>The settings of one run. Throws <see cref="StartRefusedException"/> for a value that cannot be used.</summary>
    public static GostSettings Read(ProgramOptions options, IConfiguration configuration)
    {
        var engine = configuration.GetSection("Engine");
        return new()
        {
            Api = ReadApi(options, configuration),
            Metrics = options.Metrics,
            ConnectionString = options.DatabasePath is { } file ? new DbConnectionStringBuilder { ["Data Source"] = file }.ConnectionString
                : options.IsStoreMode ? configuration.GetConnectionString("Gost") ?? "Data Source=data/gost.db"
                : "Data Source=:memory:",
            SshKeyFolder = options.DatabasePath is null && !options.IsStoreMode ? KeyFolder(configuration) : null,
            ExportFolder = Text(configuration, "Export:Folder", "data/export"),
            MetricsMaxClients = Number(configuration, "Metrics:MaxClients", 1000),
            Engine = new EngineOptions
            {
                DirectFallback = Flag(configuration, "Compat:DirectFallback"),
                ReservedDescriptors = Number(engine, "ReservedDescriptors", new EngineOptions().ReservedDescriptors),
                FilesFolder = Text(configuration, "Files:Folder", "") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null,
                Lane = Lane(options.Lane ?? engine["Lane"]),
                Spin = Spin(engine["Spin"]),
                LoopbackCongestion = Congestion(engine["LoopbackCongestion"]),
                QuicLibrary = Text(configuration, "Quic:Library", "") is { Length: > 0 } library ? library : null,
                DrainTime = options.Drain,
            },
            Drain = options.Drain,
            ReloadPeriod = options.ReloadPeriod,
            Log = new()
            {
                Level = options.Log?.Level is { Length: > 0 } level ? level : Text(configuration, "Log:Level", "info"),
                Format = options.Log?.Format is { Length: > 0 } format ? format : Text(configuration, "Log:Format", "json"),
                Output = options.Log?.Output is { Length: > 0 } output ? output : Text(configuration, "Log:Output", "stderr"),
            },
        };
    }

    /// <summary>Where a run without a store keeps SSH keys: the folder that GOST uses.</summary>
    private static string? KeyFolder(IConfiguration configuration)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Text(configuration, "Ssh:KeyFolder", home.Length > 0 ? Path.Combine(home, ".gost") : "") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;
    }

    private static ApiSettings? ReadApi(ProgramOptions options, IConfiguration configuration)
    {
        if (!options.IsStoreMode && options.Api is null)
        {
            return null;
        }

        var section = configuration.GetSection("Api");
        ApiSettings settings = new()
        {
            Addr = Text(section, "Addr", new ApiSettings().Addr),
            Username = options.ApiCredentials?.Username ?? Text(section, "Username", ""),
            Password = options.ApiCredentials?.Password ?? Text(section, "Password", ""),
            Auther = Text(section, "Auther", ""),
            PathPrefix = Text(section, "PathPrefix", ""),
            AccessLog = Flag(section, "AccessLog"),
            AllowAnonymous = Flag(section, "AllowAnonymous"),
            AllowedHosts = Texts(section, "AllowedHosts"),
            AllowedOrigins = [.. Texts(section, "AllowedOrigins").Select(static x => x.TrimEnd('/'))],
        };
        if (options.Api?.Username is null && (settings.Username.Length > 0) != (settings.Password.Length > 0))
        {
            // One alone would only look like protection.
            throw new StartRefusedException(settings.Username.Length > 0
                ? "Api:Username is set without Api:Password; set both or neither"
                : "Api:Password is set without Api:Username; set both or neither");
        }

        RefuseHalf(options.Api);
        return options.Api is not { } api ? settings : settings with
        {
            Addr = api.Addr,
            Username = api.Username ?? settings.Username,
            Password = api.Username is null ? settings.Password : api.Password ?? "",
            Auther = api.Auther.Length > 0 ? api.Auther : settings.Auther,
            PathPrefix = api.PathPrefix.Length > 0 ? api.PathPrefix : settings.PathPrefix,
            AccessLog = api.AccessLog || settings.AccessLog,
        };
    }

    // An empty password would be one that anybody guesses, and a password without a user asks nobody for it.
    private static void RefuseHalf(ApiEndpoint? api)
    {
        const string HowTo = "write -api user:password@host:port (GOST_API alike; in a file api.auth with username and password)";
        if (api is { Username: { } user, Password: null or "" })
        {
            throw new StartRefusedException($"the API at {api} has user {user} but no password: {HowTo}");
        }

        if (api is { Username: null, Password.Length: > 0 })
        {
            throw new StartRefusedException($"the API at {api} has a password but no user: {HowTo}");
        }
    }

    private static DataLane Lane(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" or "auto" => DataLane.Auto,
        "kernel" => DataLane.Kernel,
        "portable" => DataLane.Portable,
        _ => throw new StartRefusedException($"setting Engine:Lane (-lane) is auto, kernel or portable, not {text}"),
    };

    /// <summary>Null = as many cores allow. Longer than a millisecond would only keep a core busy.</summary>
    private static TimeSpan? Spin(string? text) =>
        text is null or "" || text.Equals("auto", StringComparison.OrdinalIgnoreCase) ? null
        : GoDuration.TryParse(text, out var spin) && spin.Nanoseconds is >= 0 and <= 1_000_000 ? spin.ToTimeSpan()
        : throw new StartRefusedException($"setting Engine:Spin is auto or a duration from 0 to 1ms such as 50us, not {text}");

    /// <summary>The kernel knows algorithms by names of at most 15 characters.</summary>
    private static string Congestion(string? text) =>
        text is null or "" ? "auto"
        : text.Length <= 15 && text.All(static x => char.IsAsciiLetterOrDigit(x) || x is '_' or '-') ? text.ToLowerInvariant()
        : throw new StartRefusedException($"setting Engine:LoopbackCongestion is auto, off or the name of an algorithm such as cubic, not {text}");

    private static string Text(IConfiguration section, string key, string fallback) => section[key] is { Length: > 0 } text ? text : fallback;

    private static string[] Texts(IConfiguration section, string key) =>
        [.. section.GetSection(key).GetChildren().Select(static x => x.Value ?? "").Where(static x => x.Length > 0)];

    private static bool Flag(IConfiguration section, string key) => section[key] switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var value) => value,
        "1" => true,
        "0" => false,
        var text => throw new StartRefusedException($"setting {key} is true or false, not {text}"),
    };

    private static int Number(IConfiguration section, string key, int fallback) => section[key] switch
    {
        null or "" => fallback,
        var text when int.TryParse(text, out var value) && value >= 0 => value,
        var text => throw new StartRefusedException($"setting {key} is a whole number from 0, not {text}"),
    };
}

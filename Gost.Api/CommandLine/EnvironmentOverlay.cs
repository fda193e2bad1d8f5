using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>Lays the environment, then the flags over the single objects of a document. Source: spec/cli.md section 1.</summary>
internal static class EnvironmentOverlay
{
    /// <summary>The user that a password in the environment belongs to unless it names one.</summary>
    private const string DefaultUser = "admin";

    /// <summary>Lays both over the document. Throws <see cref="ConfigException"/> when a variable cannot be read.</summary>
    public static GostConfig Apply(GostConfig document, CommandLineHost host, GostConfig flags)
    {
        if (host.Set("GOST_LOGGER_LEVEL") is { } level)
        {
            document = document with { Log = (document.Log ?? new LogConfig()) with { Level = level } };
        }

        if (host.Set("GOST_METRICS") is { } metrics)
        {
            var read = FromVariable("GOST_METRICS", new CommandLineDefinitions { Metrics = metrics }).Metrics;
            document = document with
            {
                Metrics = (document.Metrics ?? new MetricsConfig()) with
                {
                    Addr = read?.Addr ?? "",
                    Auth = read?.Auth ?? document.Metrics?.Auth,
                    Path = read?.Path is { Length: > 0 } path ? path : document.Metrics?.Path ?? "",
                },
            };
        }

        if (host.Set("GOST_PROFILING") is { } profiling)
        {
            document = document with { Profiling = new ProfilingConfig { Addr = profiling } };
        }

        return document with
        {
            Log = flags.Log is null ? document.Log : (document.Log ?? new LogConfig()) with { Level = flags.Log.Level },
            Api = Api(document.Api, host, flags.Api),
            Metrics = flags.Metrics ?? document.Metrics,
        };
    }

    /// <summary>
    /// The credentials of <c>GOST_API_USER</c> and <c>GOST_API_PASSWORD</c>; null when neither is set. Throws
    /// <see cref="ConfigException"/> for a user without a password, which would only look like protection.
    /// </summary>
    public static AuthConfig? Credentials(CommandLineHost host) => (host.Set("GOST_API_USER"), host.Set("GOST_API_PASSWORD")) switch
    {
        (null, null) => null,
        (_, null) => throw new ConfigException([new Finding("", "GOST_API_USER is set without GOST_API_PASSWORD; set both or neither")]),
        var (user, password) => new AuthConfig { Username = user ?? DefaultUser, Password = password },
    };

    private static ApiConfig? Api(ApiConfig? api, CommandLineHost host, ApiConfig? flag)
    {
        if (host.Set("GOST_API") is { } address)
        {
            var read = FromVariable("GOST_API", new CommandLineDefinitions { Api = address }).Api;
            api = (api ?? new ApiConfig()) with
            {
                Addr = read?.Addr ?? "",
                Auth = read?.Auth ?? api?.Auth,
                PathPrefix = read?.PathPrefix is { Length: > 0 } prefix ? prefix : api?.PathPrefix ?? "",
                AccessLog = read?.AccessLog is true || api?.AccessLog is true,
            };
        }

        // The flag replaces the whole object; credentials of the environment go to whatever address there is, unless the flag names its own.
        var credentials = Credentials(host);
        api = flag ?? api;
        return api is null || flag?.Auth is not null || credentials is null ? api : api with { Auth = credentials };
    }

    private static GostConfig FromVariable(string variable, CommandLineDefinitions definitions)
    {
        try
        {
            return CommandLineConverter.Convert(definitions);
        }
        catch (ConfigException e)
        {
            throw new ConfigException([.. e.Findings.Select(x => x with { Message = $"{variable}: {x.Message}" })]);
        }
    }
}

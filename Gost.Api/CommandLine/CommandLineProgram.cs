using System.Reflection;
using System.Runtime.InteropServices;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>
/// The program's command line: everything but serving (usage, <c>-V</c>, <c>-O</c>, <c>validate</c>, <c>healthcheck</c>, groups of
/// <c>--</c>) is done here.
/// </summary>
internal static class CommandLineProgram
{
    private static readonly string[] DefaultExtensions =
        ["yml", "yaml", "json", "toml", "properties", "props", "prop", "hcl", "tfvars", "dotenv", "env", "ini"];

    /// <summary>
    /// Does what the arguments ask for; returns the exit code: 0, 1 for anything that could not be done, 2 for wrong usage.
    /// <paramref name="serve"/> runs the program until it was told to stop; its token is cancelled only by the caller of this method.
    /// </summary>
    public static Task<int> RunAsync(
        string[] args,
        Func<ProgramOptions, CancellationToken, Task<int>> serve,
        CancellationToken cancellationToken = default) => RunAsync(args, serve, new CommandLineHost(), cancellationToken);

    /// <summary>The same within given surroundings.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        Func<ProgramOptions, CancellationToken, Task<int>> serve,
        CommandLineHost host,
        CancellationToken cancellationToken)
    {
        if (ProcessGroups.Split(args) is { } groups)
        {
            return await ProcessGroups.RunAsync(groups, host, cancellationToken);
        }

        ProgramArguments arguments;
        try
        {
            arguments = ProgramArgumentsReader.Read(args, out var ignored);
            if (ignored.Count > 0)
            {
                await host.Error.WriteLineAsync($"gost: '{ignored[0]}' is no flag: it and what follows is ignored");
            }
        }
        catch (UsageException e)
        {
            await host.Error.WriteLineAsync($"gost: {e.Message}");
            ProgramArgumentsReader.WriteUsage(host.Error);
            return 2;
        }

        return arguments.Verb switch
        {
            ProgramVerb.Help => Help(host),
            ProgramVerb.Version => Version(host),
            ProgramVerb.Validate => await ValidateCommand.RunAsync(arguments, host, cancellationToken),
            ProgramVerb.HealthCheck => await WithOptionsAsync(arguments, host, HealthCheckCommand.For(host), cancellationToken),
            _ when arguments.OutputFormat is not null => await WithOptionsAsync(arguments, host, Print(arguments, host), cancellationToken),
            _ => await ServeAsync(arguments, host, serve, cancellationToken),
        };
    }

    private static int Help(CommandLineHost host)
    {
        ProgramArgumentsReader.WriteUsage(host.Out);
        return 0;
    }

    private static int Version(CommandLineHost host)
    {
        var version = typeof(CommandLineProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var os = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        host.Out.WriteLine($"gost {version.Split('+')[0]} (.NET {Environment.Version} {os}/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()})");
        return 0;
    }

    private static Func<(ProgramOptions Options, GostConfig Effective), CancellationToken, Task<int>> Print(ProgramArguments arguments, CommandLineHost host) =>
        async (read, _) =>
        {
            var format = arguments.OutputFormat == "json" ? ConfigFormat.Json : ConfigFormat.Yaml;
            await host.Out.WriteAsync(ConfigWriter.Write(read.Effective, format));
            await host.Out.FlushAsync(CancellationToken.None);
            return 0;
        };

    private static async Task<int> ServeAsync(
        ProgramArguments arguments, CommandLineHost host, Func<ProgramOptions, CancellationToken, Task<int>> serve, CancellationToken cancellationToken)
    {
        if (!arguments.HasDefinitions && arguments.Api is null && FindDefaultFile(host) is { } file)
        {
            await host.Error.WriteLineAsync($"gost: {file} is not read: the definitions come from the store; start with -C {file} to use it");
        }

        return await WithOptionsAsync(arguments, host, (read, token) => serve(read.Options, token), cancellationToken);
    }

    private static async Task<int> WithOptionsAsync(
        ProgramArguments arguments,
        CommandLineHost host,
        Func<(ProgramOptions Options, GostConfig Effective), CancellationToken, Task<int>> then,
        CancellationToken cancellationToken)
    {
        SourceLoader loader = new(arguments, host);
        var loaded = await loader.ReadAsync(cancellationToken);
        if (loaded.HasErrors)
        {
            foreach (var finding in loaded.Findings.Where(static x => x.Severity == FindingSeverity.Error))
            {
                await host.Error.WriteLineAsync($"gost: {finding.Message}{Suggestion(finding)}");
            }

            return 1;
        }

        var effective = loaded.Document;
        ProgramOptions options = new()
        {
            Arguments = arguments,
            Definitions = arguments.HasDefinitions ? effective : null,
            Loader = arguments.HasDefinitions ? loader : null,
            Api = ApiEndpoint.From(effective.Api),
            ApiCredentials = EnvironmentOverlay.Credentials(host),
            Metrics = MetricsEndpoint.From(effective.Metrics),
            Log = effective.Log,
            DatabasePath = arguments.DatabasePath,
            Drain = arguments.Drain,
            Lane = arguments.Lane,
            ReloadPeriod = arguments.ReloadPeriod,
            Warnings = loaded.Findings,
        };
        return await then((options, effective), cancellationToken);
    }

    /// <summary>The end of a line that shows a finding.</summary>
    internal static string Suggestion(Finding finding) => finding.Suggestion is { } name ? $" (did you mean {name}?)" : "";

    private static string? FindDefaultFile(CommandLineHost host) =>
        host.DefaultFolders.SelectMany(static x => DefaultExtensions.Select(y => Path.Combine(x, "gost." + y))).FirstOrDefault(File.Exists);
}

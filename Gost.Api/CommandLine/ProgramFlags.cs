using System.CommandLine;
using Gost.Engine.Config.Values;

namespace Gost.Api.CommandLine;

/// <summary>The flags as System.CommandLine knows them: their names, types and help. Source: spec/cli.md section 1.</summary>
internal sealed class ProgramFlags
{
    /// <summary>Declares every flag and sub-command.</summary>
    public ProgramFlags()
    {
        Root = new RootCommand(
            "Forwards TCP and UDP ports. Without -L, -F or -C the definitions come from the store and are changed over the Web API.");
        Root.Options.Clear();

        // A root without an action would make a sub-command required.
        Root.SetAction(static _ => 0);
        Option[] all = [Services, Nodes, Sources, OutputFormat, Debug, Trace, Api, Metrics, ReloadPeriod, DatabasePath, Drain, Lane, Version, Help];
        foreach (var option in all)
        {
            Root.Options.Add(option);
        }

        Validate = new Command("validate", "Reads the sources, prints every finding with its line, exits with 0 or 1.");
        HealthCheck = new Command("healthcheck", "Asks the Web API of the same settings whether it is ready, exits with 0 or 1.");
        foreach (var command in (ReadOnlySpan<Command>)[Validate, HealthCheck])
        {
            command.Options.Add(Services);
            command.Options.Add(Nodes);
            command.Options.Add(Sources);
            command.Options.Add(Api);
            command.Options.Add(Help);
            Root.Subcommands.Add(command);
        }
    }

    public RootCommand Root { get; }

    public Command Validate { get; }

    public Command HealthCheck { get; }

    public Option<string[]> Services { get; } = Repeated("-L", "URL", "A service, tcp://:8080/192.168.1.1:80 for one; a port range gives several.");

    public Option<string[]> Nodes { get; } = Repeated("-F", "URL", "A hop of the chain that all -L go through, in order.");

    public Option<string[]> Sources { get; } = Repeated("-C", "SRC", "A configuration: file (.json, .yaml, .yml), http(s) URL, - for stdin, or inline JSON; merged in order.");

    public Option<string?> OutputFormat { get; } = Single("-O", "FMT", "Print the effective configuration as yaml or json and exit.");

    public Option<bool> Debug { get; } = new("-D") { Description = "Log at level debug." };

    public Option<bool> Trace { get; } = new("-DD") { Description = "Log at level trace." };

    public Option<string?> Api { get; } = Single("-api", "ADDR", "The Web API: [user:pass@]host:port[?pathPrefix=/x&accesslog=true]");

    public Option<string?> Metrics { get; } = Single("-metrics", "ADDR", "Prometheus metrics of their own: [user:pass@]host:port[?path=/metrics]");

    public Option<TimeSpan> ReloadPeriod { get; } = Duration("-R", "Read the sources again this often; 0 = never.", TimeSpan.Zero);

    public Option<string?> DatabasePath { get; } = Single("-db", "FILE", "The SQLite file that keeps the definitions.");

    public Option<TimeSpan> Drain { get; } = Duration("-drain", "How long connections may go on after SIGTERM.", TimeSpan.FromSeconds(10));

    public Option<string?> Lane { get; } = Single("-lane", "NAME", "How plain sockets are forwarded: auto, kernel (Linux) or portable.");

    public Option<bool> Version { get; } = new("-V") { Description = "Print the version and exit." };

    public Option<bool> Help { get; } = new("-h", "-help") { Description = "Print this and exit." };

    /// <summary>Whether a flag takes a value; null for one that does not exist.</summary>
    public static bool? TakesValue(Command command, string name) =>
        command.Options.FirstOrDefault(x => x.Name == "-" + name || x.Aliases.Contains("-" + name)) is { } option ? option.ValueType != typeof(bool) : null;

    private static Option<string[]> Repeated(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    private static Option<string?> Single(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Arity = ArgumentArity.ExactlyOne };

    private static Option<TimeSpan> Duration(string name, string description, TimeSpan fallback) => new(name)
    {
        Description = description,
        HelpName = "DUR",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            if (GoDuration.TryParse(result.Tokens[^1].Value, out var value) && value.Nanoseconds >= 0)
            {
                return value.ToTimeSpan();
            }

            result.AddError($"invalid value \"{result.Tokens[^1].Value}\" for flag {name}: write a duration such as 30s or 1m30s");
            return default;
        },
    };
}

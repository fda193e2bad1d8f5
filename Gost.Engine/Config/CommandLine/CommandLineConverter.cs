using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Turns <c>-L</c>, <c>-F</c>, <c>-api</c>, <c>-metrics</c>, <c>-D</c> values into configuration, exactly as GOST does but for the refused
/// quirks (spec/cli.md sections 2 to 5 and 7; contract.md, Conversion). Pure: reads no file, checks no type support.
/// </summary>
public static class CommandLineConverter
{
    /// <summary>The most services, and the most targets of one <c>-L</c>, that a command line may stand for.</summary>
    public const int MostServices = 65_536;

    /// <summary>The most targets that all <c>-L</c> together may stand for; those that several listen ports share count once.</summary>
    public const int MostTargets = 131_072;

    private const string ChainName = "chain-0";

    /// <summary>Converts. Throws <see cref="ConfigException"/> with every finding; messages name the argument.</summary>
    public static GostConfig Convert(CommandLineDefinitions definitions)
    {
        ArgumentFindings findings = new();
        DerivedObjects objects = new();
        var hops = definitions.Nodes.Select((x, i) => NodeUrl.Convert(x, i, objects, findings)).OfType<HopConfig>().ToArray();
        var services = Services(definitions, objects, findings);
        GostConfig document = new()
        {
            Services = [.. services],
            Chains = definitions.Nodes.Count == 0 ? [] : [new ChainConfig { Name = ChainName, Hops = [.. hops] }],
            Log = definitions.Trace || definitions.Debug ? new LogConfig { Level = definitions.Trace ? "trace" : "debug" } : null,
            Api = string.IsNullOrEmpty(definitions.Api) ? null : EndpointUrl.Api(definitions.Api, findings),
            Metrics = string.IsNullOrEmpty(definitions.Metrics) ? null : EndpointUrl.Metrics(definitions.Metrics, findings),
        };
        findings.ThrowIfAny();
        return objects.AddTo(document);
    }

    /// <summary>
    /// Converts a whole command line (<c>["gost","-L","…"]</c>, the leading <c>gost</c> optional), as <c>POST /config/convert</c> takes it.
    /// Refuses <c>-C</c>, <c>-O</c> and <c>--</c>.
    /// </summary>
    public static GostConfig ConvertArguments(IReadOnlyList<string> arguments) => Convert(ArgumentDefinitions.Read(arguments));

    /// <summary>Splits text in POSIX shell quoting into arguments.</summary>
    public static IReadOnlyList<string> SplitShellWords(string text) => ShellWords.Split(text);

    private static List<ServiceConfig> Services(CommandLineDefinitions definitions, DerivedObjects objects, ArgumentFindings findings)
    {
        var chain = definitions.Nodes.Count > 0 ? ChainName : "";
        List<ServiceConfig> services = [];
        var targetsLeft = MostTargets;
        foreach (var text in definitions.Services.Where(static x => !x.AsSpan().Trim().IsEmpty))
        {
            foreach (var service in ServiceUrl.Convert(text, definitions.TargetPrefix, MostServices - services.Count, ref targetsLeft, findings))
            {
                var before = findings.Count;
                services.Add(ServiceObjects.Attach(WithChain(service, $"service-{services.Count}", chain), objects, findings));
                if (findings.Count > before)
                {
                    // The other ports of the range would say the same.
                    break;
                }
            }

            if (targetsLeft < 0)
            {
                // What follows would only be expanded to be refused.
                break;
            }
        }

        return services;
    }

    private static ServiceConfig WithChain(ServiceConfig service, string name, string chain) =>
        chain.Length == 0
            ? service with { Name = name }
            : service.Listener is { Type: "rtcp" or "rudp" or "runix" } listener
                ? service with { Name = name, Listener = listener with { Chain = chain } }
                : service with { Name = name, Handler = service.Handler is null ? null : service.Handler with { Chain = chain } };
}

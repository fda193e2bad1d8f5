using Gost.Engine.Config;

namespace Gost.Api.CommandLine;

/// <summary><c>gost validate</c>: every finding of the sources on standard output, one per line. Source: design.md section 1.</summary>
internal static class ValidateCommand
{
    /// <summary>Gives 0 when the sources can be used, 1 when not.</summary>
    public static async Task<int> RunAsync(ProgramArguments arguments, CommandLineHost host, CancellationToken cancellationToken)
    {
        if (!arguments.HasDefinitions)
        {
            await host.Error.WriteLineAsync("gost: nothing to validate: name a source with -C");
            return 2;
        }

        var loaded = await new SourceLoader(arguments, host).ReadAsync(cancellationToken);

        // Beside a source that could not be read at all, objects would seem to be missing.
        List<Finding> findings = [.. loaded.IsWhole ? loaded.Join(await DocumentCheck.RunAsync(loaded.Document, cancellationToken)) : loaded.Findings];
        foreach (var finding in findings)
        {
            var severity = finding.Severity == FindingSeverity.Error ? "error" : "warning";
            await host.Out.WriteLineAsync($"{severity}: {finding.Message}{CommandLineProgram.Suggestion(finding)}");
        }

        return findings.Any(static x => x.Severity == FindingSeverity.Error) ? 1 : 0;
    }
}

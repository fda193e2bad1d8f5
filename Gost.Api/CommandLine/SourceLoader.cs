using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>
/// Reads and merges the sources of one command line, as often as it is asked: each <c>-C</c> in order, then <c>-L</c> and <c>-F</c>, then
/// environment and flags. After the first call others may overlap. Source: spec/cli.md section 1.
/// </summary>
internal sealed class SourceLoader(ProgramArguments arguments, CommandLineHost host)
{
    private readonly SourceReader _reader = new(host);

    /// <summary>Standard input can be read once: what it gave is used again.</summary>
    private SourceText? _input;

    /// <summary>
    /// The merged definitions as they are now. Throws <see cref="ConfigException"/> with every finding, messages naming
    /// file and line; what runs is not touched by that.
    /// </summary>
    public async Task<GostConfig> LoadAsync(CancellationToken cancellationToken)
    {
        var loaded = await ReadAsync(cancellationToken);
        return loaded.HasErrors ? throw new ConfigException(loaded.Findings) : loaded.Document;
    }

    /// <summary>The same without throwing: what could be read, with what was found.</summary>
    public async Task<LoadedSources> ReadAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        List<SourceDocument> sources = [];
        var whole = true;
        foreach (var source in arguments.Sources.Select(static x => x.Trim()).Where(static x => x.Length > 0))
        {
            if (await ReadSourceAsync(source, findings, cancellationToken) is { } read)
            {
                sources.Add(read);
            }
            else
            {
                whole = false;
            }
        }

        if (Gather(() => CommandLineConverter.Convert(Definitions()), findings) is { } definitions)
        {
            sources.Add(new SourceDocument("the command line", definitions, SourceMap.Empty));
        }
        else
        {
            whole = false;
        }

        findings.AddRange(DocumentMerge.FindDuplicates(sources));
        GostConfig document = new();
        foreach (var source in sources)
        {
            document = DocumentMerge.Merge(document, source.Document);
        }

        if (Gather(() => CommandLineConverter.Convert(SingleObjects()), findings) is { } flags
            && Gather(() => EnvironmentOverlay.Apply(document, host, flags), findings) is { } effective)
        {
            document = effective;
        }

        return new LoadedSources(document, sources, [.. findings.OrderBy(static x => x.Severity)]) { IsWhole = whole };
    }

    private async Task<SourceDocument?> ReadSourceAsync(string source, List<Finding> findings, CancellationToken cancellationToken)
    {
        SourceText text;
        try
        {
            text = source == "-" && _input is { } known ? known : await _reader.ReadAsync(source, cancellationToken);
            _input = source == "-" ? text : _input;
        }
        catch (ConfigException e)
        {
            findings.AddRange(e.Findings);
            return null;
        }

        var read = ConfigReader.ReadDocument(text.Utf8, text.Format);
        findings.AddRange(read.Findings.Select(x => x with { Message = LoadedSources.Message(text.Label, x.Line, x.Pointer, x.Message) }));
        return read.Draft is { } document ? new SourceDocument(text.Label, document, read.Lines) { Read = read } : null;
    }

    private CommandLineDefinitions Definitions() => new()
    {
        Services = arguments.Services,
        Nodes = arguments.Nodes,
        TargetPrefix = host.Set("_GOST_ID") is { } group ? $"go-{group}@" : "",
    };

    private CommandLineDefinitions SingleObjects() => new()
    {
        Api = arguments.Api,
        Metrics = arguments.Metrics,
        Debug = arguments.Debug,
        Trace = arguments.Trace,
    };

    private static GostConfig? Gather(Func<GostConfig> step, List<Finding> findings)
    {
        try
        {
            return step();
        }
        catch (ConfigException e)
        {
            findings.AddRange(e.Findings);
            return null;
        }
    }
}

using System.Globalization;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>What the sources of a command line gave: each by itself and all merged.</summary>
/// <param name="Document">All merged, environment and flags laid over it.</param>
/// <param name="Sources">Each source that could be read, in order of merging.</param>
/// <param name="Findings">What was found while reading, errors first; messages name source and line.</param>
internal sealed record LoadedSources(GostConfig Document, IReadOnlyList<SourceDocument> Sources, IReadOnlyList<Finding> Findings)
{
    /// <summary>Something was found that refuses the sources.</summary>
    public bool HasErrors => Findings.Any(static x => x.Severity == FindingSeverity.Error);

    /// <summary>Every source gave at least a draft, so that nothing would seem to be missing that was only not read.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Everything found: reading's findings, and those of judging what could be read, located.</summary>
    public IEnumerable<Finding> Join(IEnumerable<Finding> judged) => [.. Findings, .. judged.Where(IsReadPlace).Select(Locate)];

    private bool IsReadPlace(Finding finding)
    {
        var (source, pointer) = Origin(finding.Pointer);
        return source?.Read is not { } read || read.Join([finding with { Pointer = pointer }]).Length > read.Findings.Length;
    }

    /// <summary>
    /// A finding about <see cref="Document"/> with source and line in front of its message, as findings of reading have it.
    /// </summary>
    public Finding Locate(Finding finding)
    {
        var (source, pointer) = Origin(finding.Pointer);
        var line = finding.Line ?? source?.Lines.LineOf(pointer);
        return finding with { Line = line, Message = Message(source?.Label ?? "the command line", line, pointer, finding.Message) };
    }

    /// <summary>The message of a finding with its place in front.</summary>
    public static string Message(string label, int? line, string pointer, string message) =>
        $"{label}{(line is { } number ? $":{number}" : "")}: {(pointer.Length > 0 ? pointer + ": " : "")}{message}";

    // Lists were joined in order, so the index in the merged list tells the source; a single object is the last source's that has it.
    private (SourceDocument? Source, string Pointer) Origin(string pointer)
    {
        if (pointer.Split('/') is ["", var member, var number, .. var rest]
            && ConfigKind.TryGet(member, out var kind)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            foreach (var source in Sources)
            {
                var count = kind.Read(source.Document).Count();
                if (index < count)
                {
                    return (source, string.Join('/', ["", member, index.ToString(CultureInfo.InvariantCulture), .. rest]));
                }

                index -= count;
            }
        }

        return (Sources.Count == 1 ? Sources[0] : null, pointer);
    }
}

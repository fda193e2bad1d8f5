using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config;

/// <summary>Where the values of a text stand. Holds the text's tree; meant to live as long as one request.</summary>
public sealed class SourceMap
{
    private readonly ConfigNode? _root;

    internal SourceMap(ConfigNode? root) => _root = root;

    /// <summary>The map of no text: every line is null.</summary>
    public static SourceMap Empty { get; } = new(null);

    /// <summary>The 1-based line of a pointer's value, or of its nearest parent that is in the text; null when there is no text.</summary>
    public int? LineOf(string pointer)
    {
        var node = _root;
        var line = node?.Line ?? 0;
        foreach (var segment in JsonPointer.Split(pointer))
        {
            if (node is MappingNode mapping && mapping.Entries.FirstOrDefault(x => x.Key.Equals(segment, StringComparison.OrdinalIgnoreCase)) is { Key: not null } entry)
            {
                (node, line) = (entry.Value, entry.Line);
            }
            else if (node is SequenceNode sequence && int.TryParse(segment, out var index) && (uint)index < (uint)sequence.Items.Count)
            {
                node = sequence.Items[index];
                line = node.Line;
            }
            else
            {
                break;
            }
        }

        return line > 0 ? line : null;
    }

    /// <summary>The finding with its line, when it has none yet.</summary>
    public Finding Locate(Finding finding) => finding.Line is null ? finding with { Line = LineOf(finding.Pointer) } : finding;
}

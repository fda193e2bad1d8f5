using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Gost.Engine.Config.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Gost.Engine.Config.Yaml;

/// <summary>
/// Reads one YAML document into a tree, event by event, without recursion. Aliases and merge keys work within a budget; tags, several
/// documents, keys that are no scalars and doubled keys are refused.
/// </summary>
internal sealed class YamlNodeReader
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private readonly FindingList _findings;
    private readonly Stack<Frame> _open = new();
    private readonly Dictionary<string, Anchored> _anchors = new(StringComparer.Ordinal);
    private ConfigNode? _root;
    private int _nodes;
    private int _aliases;
    private int _aliasNodes;

    private YamlNodeReader(FindingList findings) => _findings = findings;

    /// <summary>The root of the text. Throws <see cref="SyntaxException"/>; doubled keys become findings and reading goes on.</summary>
    public static ConfigNode Read(ReadOnlySpan<byte> utf8, FindingList findings)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new SyntaxException("the body is not valid UTF-8", null);
        }

        // The scanner takes a NUL for the end of the text.
        if (utf8.IndexOfAny(Controls) is var at and >= 0)
        {
            throw new SyntaxException($"the character U+{utf8[at]:X4} is not allowed in YAML", utf8[..at].Count((byte)'\n') + 1);
        }

        Parser parser = new(new Scanner(new StringReader(Encoding.UTF8.GetString(utf8)), skipComments: true));
        try
        {
            return new YamlNodeReader(findings).ReadDocument(parser);
        }
        catch (YamlException e)
        {
            throw new SyntaxException($"malformed YAML: {e.Message}", e.Start.Line > 0 ? (int)e.Start.Line : null);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // Defects of the scanner on texts that are no YAML.
            throw new SyntaxException($"malformed YAML: {e.Message}", null);
        }
    }

    private ConfigNode ReadDocument(Parser parser)
    {
        var documents = 0;
        while (parser.MoveNext())
        {
            var e = parser.Current!;
            switch (e)
            {
                case DocumentStart when ++documents > 1:
                    throw new SyntaxException("the text holds more than one YAML document; send one at a time", LineOf(e));
                case AnchorAlias alias:
                    UseAlias(alias);
                    break;
                case MappingEnd or SequenceEnd:
                    Close();
                    break;
                case NodeEvent { Tag.IsEmpty: false } tagged:
                    throw new SyntaxException($"YAML tags are not allowed ({JsonPointer.Shorten(tagged.Tag.ToString())}); quote a value that must be a string", LineOf(e));
                case Scalar scalar:
                    Add(scalar);
                    break;
                case MappingStart start:
                    Open(new MappingNode(LineOf(e)), start.Anchor, LineOf(e));
                    break;
                case SequenceStart start:
                    Open(new SequenceNode(LineOf(e)), start.Anchor, LineOf(e));
                    break;
                default:
                    break;
            }
        }

        return _root ?? throw new SyntaxException("the body is empty", null);
    }

    private void Add(Scalar scalar)
    {
        var line = LineOf(scalar);
        if (_open.TryPeek(out var top) && top is { Node: MappingNode, Key: null })
        {
            // A merge key is one only when written plain.
            (top.Key, top.KeyLine, top.IsMerge) = (scalar.Value, line, scalar is { Style: ScalarStyle.Plain, Value: "<<" });
            return;
        }

        Count(line);
        var kind = scalar.Style == ScalarStyle.Plain ? YamlScalars.Resolve(scalar.Value) : ScalarKind.Text;
        ScalarNode node = new(kind, scalar.Value, line);
        Remember(scalar.Anchor, new Anchored(node, 1, 0));
        Attach(node, 1, 0, line);
    }

    private void Open(ConfigNode node, AnchorName anchor, int line)
    {
        Count(line);
        if (_open.TryPeek(out var top) && top is { Node: MappingNode, Key: null })
        {
            throw new SyntaxException("a key must be a scalar", line);
        }

        if (_open.Count == NodeBudget.MaxDepth)
        {
            throw new SyntaxException(NodeBudget.DepthMessage, line);
        }

        _open.Push(new Frame(node, anchor));
        if (!anchor.IsEmpty)
        {
            // An alias inside its own anchor must not find an older anchor of the same name.
            _anchors.Remove(anchor.Value);
        }
    }

    private void Close()
    {
        var frame = _open.Pop();
        frame.Merge();
        Remember(frame.Anchor, new Anchored(frame.Node, frame.Size, frame.Height));
        Attach(frame.Node, frame.Size, frame.Height, frame.Node.Line);
    }

    private void UseAlias(AnchorAlias alias)
    {
        var line = LineOf(alias);
        if (_open.TryPeek(out var top) && top is { Node: MappingNode, Key: null })
        {
            throw new SyntaxException("a key must be a scalar, not an alias", line);
        }

        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw new SyntaxException($"the alias *{JsonPointer.Shorten(alias.Value.Value)} has no complete anchor before it", line);
        }

        if (++_aliases > NodeBudget.MaxAliases || (_aliasNodes += anchored.Size) > NodeBudget.MaxAliasNodes)
        {
            throw new SyntaxException("the YAML aliases expand to too much (at most 1,000 uses and 100,000 values)", line);
        }

        if (_open.Count + anchored.Height > NodeBudget.MaxDepth)
        {
            throw new SyntaxException(NodeBudget.DepthMessage, line);
        }

        Attach(anchored.Node, anchored.Size, anchored.Height, line);
    }

    private void Attach(ConfigNode node, int size, int height, int line)
    {
        if (!_open.TryPeek(out var parent))
        {
            _root ??= node;
            return;
        }

        parent.Size += size;
        parent.Height = Math.Max(parent.Height, height + 1);
        if (parent.Node is SequenceNode sequence)
        {
            sequence.Items.Add(node);
            return;
        }

        var mapping = (MappingNode)parent.Node;
        if (parent.IsMerge)
        {
            (parent.Merges ??= []).AddRange(MergeSources(node, line));
        }
        else if (!mapping.TryAdd(parent.Key!, node, parent.KeyLine))
        {
            _findings.Add(new Finding(
                Pointer(parent.Key!),
                $"\"{JsonPointer.Shorten(parent.Key!)}\" is there twice (keys are compared without regard to case)",
                Line: parent.KeyLine));
        }

        (parent.Key, parent.IsMerge) = (null, false);
    }

    private void Remember(AnchorName anchor, Anchored anchored)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = anchored;
        }
    }

    private static IEnumerable<MappingNode> MergeSources(ConfigNode node, int line) => node switch
    {
        MappingNode mapping => [mapping],
        SequenceNode sequence when sequence.Items.All(static x => x is MappingNode) => sequence.Items.Cast<MappingNode>(),
        _ => throw new SyntaxException("the merge key << takes an alias of a mapping, or a list of them", line),
    };

    private void Count(int line)
    {
        if (++_nodes > NodeBudget.MaxNodes)
        {
            throw new SyntaxException(NodeBudget.NodesMessage, line);
        }
    }

    private string Pointer(string key)
    {
        var pointer = "";
        foreach (var frame in _open.Reverse().SkipLast(1))
        {
            pointer = frame.Node is SequenceNode sequence
                ? JsonPointer.Append(pointer, sequence.Items.Count)
                : JsonPointer.Append(pointer, frame.Key ?? "");
        }

        return JsonPointer.Append(pointer, key);
    }

    private static int LineOf(ParsingEvent e) => (int)e.Start.Line;

    private sealed record Anchored(ConfigNode Node, int Size, int Height);

    private sealed class Frame(ConfigNode node, AnchorName anchor)
    {
        public ConfigNode Node { get; } = node;

        public AnchorName Anchor { get; } = anchor;

        public string? Key { get; set; }

        public int KeyLine { get; set; }

        public bool IsMerge { get; set; }

        public List<MappingNode>? Merges { get; set; }

        public int Size { get; set; } = 1;

        public int Height { get; set; }

        /// <summary>Takes over merged members. A mapping's own win wherever the merge key stands, so this waits for the mapping's end.</summary>
        public void Merge()
        {
            foreach (var entry in (Merges ?? []).SelectMany(static x => x.Entries))
            {
                ((MappingNode)Node).TryAdd(entry.Key, entry.Value, entry.Line);
            }
        }
    }
}

using System.Text;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Yaml;

/// <summary>
/// Writes a tree as GOST's YAML encoder does, to the byte: block style, two blanks of indent, list entries indented below their key
/// (spec/cli.md sections 1 and 7).
/// </summary>
internal static class YamlNodeWriter
{
    /// <summary>The tree as text that ends with a line feed.</summary>
    public static string Write(MappingNode root)
    {
        StringBuilder text = new();
        if (root.Entries.Count == 0)
        {
            return "{}\n";
        }

        WriteMapping(text, root, 0, indentFirst: true);
        return text.ToString();
    }

    // Recursion is bounded: the trees come from records, whose nesting the reader has bounded.
    private static void WriteMapping(StringBuilder text, MappingNode mapping, int indent, bool indentFirst)
    {
        foreach (var entry in mapping.Entries)
        {
            if (indentFirst)
            {
                text.Append(' ', indent);
            }

            indentFirst = true;
            YamlScalarStyle.AppendKey(text, entry.Key);
            text.Append(':');
            switch (entry.Value)
            {
                case MappingNode { Entries.Count: > 0 } child:
                    text.Append('\n');
                    WriteMapping(text, child, indent + 2, indentFirst: true);
                    break;
                case SequenceNode { Items.Count: > 0 } child:
                    text.Append('\n');
                    WriteSequence(text, child, indent + 2, indentFirst: true);
                    break;
                default:
                    text.Append(' ');
                    WriteLeaf(text, entry.Value, indent + 2);
                    break;
            }
        }
    }

    private static void WriteSequence(StringBuilder text, SequenceNode sequence, int indent, bool indentFirst)
    {
        foreach (var item in sequence.Items)
        {
            if (indentFirst)
            {
                text.Append(' ', indent);
            }

            indentFirst = true;
            text.Append("- ");
            switch (item)
            {
                case MappingNode { Entries.Count: > 0 } child:
                    WriteMapping(text, child, indent + 2, indentFirst: false);
                    break;
                case SequenceNode { Items.Count: > 0 } child:
                    WriteSequence(text, child, indent + 2, indentFirst: false);
                    break;
                default:
                    WriteLeaf(text, item, indent + 2);
                    break;
            }
        }
    }

    private static void WriteLeaf(StringBuilder text, ConfigNode node, int indent)
    {
        switch (node)
        {
            case MappingNode:
                text.Append("{}");
                break;
            case SequenceNode:
                text.Append("[]");
                break;
            case ScalarNode { Kind: ScalarKind.Text } scalar:
                YamlScalarStyle.AppendText(text, scalar.Text, indent);
                return;
            case ScalarNode scalar:
                text.Append(scalar.Text);
                break;
        }

        text.Append('\n');
    }
}

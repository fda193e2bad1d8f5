using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Json;

/// <summary>Writes a tree as GOST's JSON encoder does: two blanks of indent, <c>&lt; &gt; &amp;</c> escaped, everything else as it is.</summary>
internal static class JsonNodeWriter
{
    /// <summary>The tree as text without a line feed at the end.</summary>
    public static string Write(ConfigNode root, bool indented)
    {
        StringBuilder text = new();
        Write(text, root, indented ? 0 : -1);
        return text.ToString();
    }

    /// <summary>The tree as one of System.Text.Json, for answers that add members to it.</summary>
    public static JsonNode? ToJson(ConfigNode node)
    {
        switch (node)
        {
            case MappingNode mapping:
                return new JsonObject(mapping.Entries.Select(static x => KeyValuePair.Create(x.Key, ToJson(x.Value))));
            case SequenceNode sequence:
                return new JsonArray([.. sequence.Items.Select(ToJson)]);
            case ScalarNode { Kind: ScalarKind.Text } text:
                return JsonValue.Create(text.Text);
            case ScalarNode { Kind: ScalarKind.Bool } flag:
                return JsonValue.Create(flag.Text == "true");
            case ScalarNode { Kind: ScalarKind.Integer } number:
                return JsonValue.Create(long.Parse(number.Text, CultureInfo.InvariantCulture));
            case ScalarNode { Kind: ScalarKind.Float } number:
                return JsonValue.Create(double.Parse(number.Text, CultureInfo.InvariantCulture));
            default:
                return null;
        }
    }

    // The trees that are written come from records, whose nesting the reader has bounded.
    private static void Write(StringBuilder text, ConfigNode node, int depth)
    {
        switch (node)
        {
            case MappingNode { Entries.Count: 0 }:
                text.Append("{}");
                break;
            case MappingNode mapping:
                text.Append('{');
                for (var i = 0; i < mapping.Entries.Count; i++)
                {
                    Separate(text, i, depth);
                    WriteText(text, mapping.Entries[i].Key);
                    text.Append(depth < 0 ? ":" : ": ");
                    Write(text, mapping.Entries[i].Value, depth < 0 ? depth : depth + 1);
                }

                Close(text, '}', depth);
                break;
            case SequenceNode { Items.Count: 0 }:
                text.Append("[]");
                break;
            case SequenceNode sequence:
                text.Append('[');
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    Separate(text, i, depth);
                    Write(text, sequence.Items[i], depth < 0 ? depth : depth + 1);
                }

                Close(text, ']', depth);
                break;
            case ScalarNode { Kind: ScalarKind.Text } scalar:
                WriteText(text, scalar.Text);
                break;
            case ScalarNode scalar:
                text.Append(scalar.Text);
                break;
        }
    }

    private static void Separate(StringBuilder text, int index, int depth)
    {
        if (index > 0)
        {
            text.Append(',');
        }

        NewLine(text, depth < 0 ? depth : depth + 1);
    }

    private static void Close(StringBuilder text, char bracket, int depth)
    {
        NewLine(text, depth);
        text.Append(bracket);
    }

    private static void NewLine(StringBuilder text, int depth)
    {
        if (depth >= 0)
        {
            text.Append('\n').Append(' ', depth * 2);
        }
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}

using System.Text.Json;
using System.Text.Unicode;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Json;

/// <summary>Reads strict JSON (RFC 8259: no comments, no trailing commas, no doubled keys) into a tree, without recursion.</summary>
internal static class JsonNodeReader
{
    /// <summary>The root of the text. Throws <see cref="SyntaxException"/>; doubled keys become findings and reading goes on.</summary>
    public static ConfigNode Read(ReadOnlySpan<byte> utf8, FindingList findings)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new SyntaxException("the body is not valid UTF-8", null);
        }

        // The own depth check below has the better message; this one only has to be out of its way.
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = NodeBudget.MaxDepth + 8 });
        try
        {
            return ReadRoot(ref reader, utf8, findings);
        }
        catch (JsonException e)
        {
            throw new SyntaxException($"malformed JSON: {FirstSentence(e.Message)}", e.LineNumber is { } line ? (int)line + 1 : null);
        }
        catch (InvalidOperationException)
        {
            // What a lone surrogate in a \u escape gives.
            throw new SyntaxException("malformed JSON: a string has an escape that is no character", LineAt(utf8, (int)reader.TokenStartIndex));
        }
    }

    private static ConfigNode ReadRoot(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, FindingList findings)
    {
        Stack<(ConfigNode Node, string Pointer)> open = new();
        ConfigNode? root = null;
        string? key = null;
        var keyLine = 0;
        var line = 1;
        var position = 0;
        var count = 0;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            line += utf8[position..start].Count((byte)'\n');
            position = start;
            ConfigNode node;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    (key, keyLine) = (reader.GetString()!, line);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
                case JsonTokenType.StartObject:
                    node = new MappingNode(line);
                    break;
                case JsonTokenType.StartArray:
                    node = new SequenceNode(line);
                    break;
                default:
                    node = ReadScalar(ref reader, line);
                    break;
            }

            if (++count > NodeBudget.MaxNodes)
            {
                throw new SyntaxException(NodeBudget.NodesMessage, line);
            }

            var pointer = "";
            if (open.TryPeek(out var parent))
            {
                pointer = Attach(parent, key, keyLine, node, findings);
            }

            root ??= node;
            key = null;
            if (node is not ScalarNode)
            {
                if (open.Count == NodeBudget.MaxDepth)
                {
                    throw new SyntaxException(NodeBudget.DepthMessage, line);
                }

                open.Push((node, pointer));
            }
        }

        return root ?? throw new SyntaxException("the body is empty", null);
    }

    private static string Attach((ConfigNode Node, string Pointer) parent, string? key, int keyLine, ConfigNode node, FindingList findings)
    {
        if (parent.Node is SequenceNode sequence)
        {
            sequence.Items.Add(node);
            return node is ScalarNode ? "" : JsonPointer.Append(parent.Pointer, sequence.Items.Count - 1);
        }

        var mapping = (MappingNode)parent.Node;
        if (!mapping.TryAdd(key!, node, keyLine))
        {
            findings.Add(new Finding(
                JsonPointer.Append(parent.Pointer, key!),
                $"\"{JsonPointer.Shorten(key!)}\" is there twice (keys are compared without regard to case)",
                Line: keyLine));
        }

        return node is ScalarNode ? "" : JsonPointer.Append(parent.Pointer, key!);
    }

    private static ScalarNode ReadScalar(ref Utf8JsonReader reader, int line) => reader.TokenType switch
    {
        JsonTokenType.Null => new ScalarNode(ScalarKind.Null, "null", line),
        JsonTokenType.True => new ScalarNode(ScalarKind.Bool, "true", line),
        JsonTokenType.False => new ScalarNode(ScalarKind.Bool, "false", line),
        JsonTokenType.Number => new ScalarNode(
            reader.ValueSpan.ContainsAny(".eE"u8) ? ScalarKind.Float : ScalarKind.Integer,
            System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
            line),
        _ => new ScalarNode(ScalarKind.Text, reader.GetString()!, line),
    };

    private static int LineAt(ReadOnlySpan<byte> utf8, int position) => utf8[..Math.Clamp(position, 0, utf8.Length)].Count((byte)'\n') + 1;

    // The reader's messages go on with positions that the finding carries itself.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        var text = end < 0 ? message.TrimEnd('.') : message[..end];
        return text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");
    }
}

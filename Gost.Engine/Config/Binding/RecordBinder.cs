using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Binding;

/// <summary>
/// Binds a tree to records, strictly but for the weak typing that GOST's files allow (spec/config.md section 1). One use per text.
/// </summary>
/// <param name="findings">Takes every finding.</param>
/// <param name="format">In YAML a plain scalar may stand for a string whatever it looks like; in JSON a string must be one.</param>
internal sealed class RecordBinder(FindingList findings, ConfigFormat format)
{
    private const long SmallestDuration = 1_000_000;

    private readonly BindingPath _path = new();

    /// <summary>The record of a root node; meaningless when an error was found.</summary>
    public object Bind(RecordSchema schema, ConfigNode root)
    {
        if (root is not MappingNode)
        {
            Report(root, $"the body must be an object, not {root.Noun}");
            return schema.Create();
        }

        return BindRecord(schema, root);
    }

    private object BindRecord(RecordSchema schema, ConfigNode node)
    {
        var record = schema.Create();
        if (node is ScalarNode scalar && schema.ScalarMember is { } short_)
        {
            short_.Set(record, ReadText(scalar));
            return record;
        }

        if (node is not MappingNode mapping)
        {
            Report(node, $"must be an object, not {node.Noun}");
            return record;
        }

        foreach (var entry in mapping.Entries)
        {
            if (schema.Find(entry.Key) is { } member)
            {
                _path.Push(member.Name);
                BindMember(member, record, entry.Value);
                _path.Pop();
            }
            else if (!entry.Key.StartsWith('_') && !(schema.IsNamed && entry.Key.Equals("status", StringComparison.OrdinalIgnoreCase)))
            {
                ReportUnknown(schema, entry);
            }
        }

        return record;
    }

    private void BindMember(MemberSchema member, object record, ConfigNode node)
    {
        // null is absent, as in GOST.
        if (node is ScalarNode { Kind: ScalarKind.Null })
        {
            return;
        }

        object? value = member.Kind switch
        {
            MemberKind.Text => ReadText(node),
            MemberKind.Flag => ReadFlag(node),
            MemberKind.Number => ReadNumber(node),
            MemberKind.Duration => ReadDuration(node),
            MemberKind.TextList => ReadTextList(node),
            MemberKind.RecordList => ReadRecordList(member, node),
            MemberKind.Record => BindRecord(member.Record!, node),
            MemberKind.TextMap => ReadMap(node, ReadText),
            _ => ReadMap(node, ReadOpen),
        };
        if (value is not null)
        {
            // GOST trims the names of objects.
            member.Set(record, value is string name && record is NamedConfig && member.Property == nameof(NamedConfig.Name) ? name.Trim() : value);
        }
    }

    private string ReadText(ConfigNode node)
    {
        if (node is not ScalarNode { Kind: not ScalarKind.Null } scalar || (scalar.Kind != ScalarKind.Text && format == ConfigFormat.Json))
        {
            Report(node, $"must be a string, not {node.Noun}", node is ScalarNode { Kind: not ScalarKind.Null } x ? $"\"{JsonPointer.Shorten(x.Text)}\"" : null);
            return "";
        }

        return CheckText(scalar);
    }

    private string CheckText(ScalarNode scalar)
    {
        if (scalar.Text.Contains('\0', StringComparison.Ordinal))
        {
            Report(scalar, "contains a NUL character");
        }

        return scalar.Text;
    }

    private bool? ReadFlag(ConfigNode node)
    {
        switch (node)
        {
            case ScalarNode { Kind: ScalarKind.Bool or ScalarKind.Text or ScalarKind.Integer } scalar when GoBool.TryParse(scalar.Text, out var value):
                return value;
            default:
                Report(node, $"must be true or false, not {Quote(node)}");
                return null;
        }
    }

    private long? ReadNumber(ConfigNode node)
    {
        if (node is ScalarNode { Kind: not ScalarKind.Null } scalar)
        {
            // "3" is accepted for 3.
            var number = scalar.Kind == ScalarKind.Text && DecimalText.IsInteger(scalar.Text) ? new ScalarNode(ScalarKind.Integer, scalar.Text, scalar.Line) : scalar;
            if (ScalarNumbers.TryGetLong(number, out var value))
            {
                return value;
            }

            if (number.Kind == ScalarKind.Integer)
            {
                Report(node, $"{JsonPointer.Shorten(scalar.Text)} is out of range (64 bits)");
                return null;
            }
        }

        Report(node, $"must be an integer, not {Quote(node)}");
        return null;
    }

    private GoDuration? ReadDuration(ConfigNode node)
    {
        const string accepted = "write it as 30s, 1m30s or 300ms";
        GoDuration value;
        switch (node)
        {
            case ScalarNode { Kind: ScalarKind.Text } text when GoDuration.TryParse(text.Text, out value):
                break;
            case ScalarNode { Kind: ScalarKind.Text } text when DecimalText.IsInteger(text.Text):
                Report(node, $"\"{JsonPointer.Shorten(text.Text)}\" has no unit; {accepted}", text.Text.Length < 10 ? $"{text.Text}s" : null);
                return null;
            case ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } number:
                if (!ScalarNumbers.TryGetLong(number, out var nanoseconds))
                {
                    Report(node, $"{JsonPointer.Shorten(number.Text)} is not a whole number of nanoseconds that fits 64 bits; {accepted}");
                    return null;
                }

                value = new GoDuration(nanoseconds);
                break;
            default:
                Report(node, $"must be a duration, not {Quote(node)}; {accepted}");
                return null;
        }

        if (value.Nanoseconds is > 0 and < SmallestDuration)
        {
            var n = value.Nanoseconds;
            Report(node, $"{n} means {n} ns, write {n}s; durations below 1ms are refused", $"{n}s");
            return null;
        }

        return value;
    }

    private ConfigList<string>? ReadTextList(ConfigNode node)
    {
        if (node is not SequenceNode sequence)
        {
            Report(node, $"must be a list of strings, not {node.Noun}");
            return null;
        }

        var items = new string[sequence.Items.Count];
        for (var i = 0; i < items.Length; i++)
        {
            _path.Push(i);
            items[i] = ReadText(sequence.Items[i]);
            _path.Pop();
        }

        return ConfigList.Create<string>(items);
    }

    private object? ReadRecordList(MemberSchema member, ConfigNode node)
    {
        if (node is not SequenceNode sequence)
        {
            Report(node, $"must be a list, not {node.Noun}");
            return null;
        }

        List<object> items = new(sequence.Items.Count);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            _path.Push(i);
            items.Add(BindRecord(member.Record!, sequence.Items[i]));
            _path.Pop();
        }

        return member.MakeList!(items);
    }

    private ConfigMap<TValue>? ReadMap<TValue>(ConfigNode node, Func<ConfigNode, TValue> read)
    {
        if (node is not MappingNode mapping)
        {
            Report(node, $"must be an object, not {node.Noun}");
            return null;
        }

        if (mapping.Entries.Count == 0)
        {
            return ConfigMap<TValue>.Empty;
        }

        var items = new KeyValuePair<string, TValue>[mapping.Entries.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var entry = mapping.Entries[i];
            _path.Push(entry.Key);
            if (entry.Key.Contains('\0', StringComparison.Ordinal))
            {
                Report(entry.Value, "the key contains a NUL character");
            }

            items[i] = KeyValuePair.Create(entry.Key, read(entry.Value));
            _path.Pop();
        }

        return new ConfigMap<TValue>(items);
    }

    private object? ReadOpen(ConfigNode node)
    {
        switch (node)
        {
            case MappingNode mapping:
                return ReadMap(mapping, ReadOpen);
            case SequenceNode sequence:
                var items = new object?[sequence.Items.Count];
                for (var i = 0; i < items.Length; i++)
                {
                    _path.Push(i);
                    items[i] = ReadOpen(sequence.Items[i]);
                    _path.Pop();
                }

                return ConfigList.Create<object?>(items);
            case ScalarNode { Kind: ScalarKind.Text } scalar:
                return CheckText(scalar);
            case ScalarNode { Kind: ScalarKind.Bool } scalar:
                return scalar.Text[0] is 't' or 'T';
            case ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Float } scalar:
                if (ScalarNumbers.TryGetLong(scalar, out var integer))
                {
                    return integer;
                }

                if (ScalarNumbers.TryGetDouble(scalar, out var number))
                {
                    return number;
                }

                Report(node, $"{JsonPointer.Shorten(scalar.Text)} is not a finite number");
                return null;
            default:
                return null;
        }
    }

    private static string Quote(ConfigNode node) =>
        node is ScalarNode { Kind: not ScalarKind.Null } scalar ? $"\"{JsonPointer.Shorten(scalar.Text)}\"" : node.Noun;

    private void Report(ConfigNode node, string message, string? suggestion = null) =>
        findings.Add(findings.IsFull ? new Finding("", "") : new Finding(_path.ToString(), message, Line: node.Line, Suggestion: suggestion));

    private void ReportUnknown(RecordSchema schema, MappingEntry entry)
    {
        if (findings.IsFull)
        {
            findings.Add(new Finding("", ""));
            return;
        }

        var suggestion = Suggestions.Find(entry.Key, schema.Members.Select(static x => x.Name));
        var hint = suggestion is null ? "" : $"; did you mean \"{suggestion}\"?";
        findings.Add(new Finding(
            JsonPointer.Append(_path.ToString(), entry.Key),
            $"unknown member \"{JsonPointer.Shorten(entry.Key)}\"{hint}",
            Line: entry.Line,
            Suggestion: suggestion));
    }
}

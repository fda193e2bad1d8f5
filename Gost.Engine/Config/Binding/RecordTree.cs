using System.Globalization;
using Gost.Engine.Config.Json;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.Binding;

/// <summary>
/// Turns records into a tree in GOST's order: members as declared, keys of maps sorted as GOST's encoder for the language sorts them,
/// empty members left out but for those that are always written.
/// </summary>
internal sealed class RecordTree(ConfigFormat format)
{
    private static readonly ScalarNode Null = new(ScalarKind.Null, "null");
    private static readonly ScalarNode True = new(ScalarKind.Bool, "true");
    private static readonly ScalarNode False = new(ScalarKind.Bool, "false");

    private readonly IComparer<string> _keyOrder = format == ConfigFormat.Yaml ? Yaml.YamlKeyOrder.Instance : StringComparer.Ordinal;

    /// <summary>The tree of a record.</summary>
    public MappingNode Build(object record)
    {
        MappingNode node = new();
        foreach (var member in RecordSchema.Of(record.GetType()).Members)
        {
            if (Value(member, member.Get(record)) is { } value)
            {
                node.TryAdd(member.Name, value);
            }
        }

        return node;
    }

    private ConfigNode? Value(MemberSchema member, object? value)
    {
        var always = member.IsAlwaysWritten;
        switch (value)
        {
            case null:
                return null;
            case string text:
                return text.Length > 0 || always ? Text(text) : null;
            case bool flag:
                return flag || always ? (flag ? True : False) : null;
            case long number:
                return number != 0 || always ? Integer(number) : null;
            case GoDuration duration:
                return duration.Nanoseconds == 0 && !always ? null
                    : format == ConfigFormat.Yaml ? Text(duration.ToString())
                    : Integer(duration.Nanoseconds);
            case ConfigList<string> list:
                return list.Count > 0 || always ? Sequence(list.Select(Text)) : null;
            case ConfigMap<string> map:
                return map.Count > 0 || always ? Mapping(map.Select(static x => KeyValuePair.Create(x.Key, (ConfigNode)Text(x.Value)))) : null;
            case ConfigMap<object?> map:
                return map.Count > 0 || always ? Open(map) : null;
            case System.Collections.IEnumerable records:
                var sequence = Sequence(records.Cast<object>().Select(Build));
                return sequence.Items.Count > 0 || always ? sequence : null;
            default:
                return Build(value);
        }
    }

    private ConfigNode Open(object? value) => value switch
    {
        null => Null,
        string text => Text(text),
        bool flag => flag ? True : False,
        long number => Integer(number),
        int number => Integer(number),
        double number => new ScalarNode(ScalarKind.Float, format == ConfigFormat.Yaml ? GoNumber.ToYaml(number) : GoNumber.ToJson(number)),
        ConfigMap<object?> map => Mapping(map.Select(x => KeyValuePair.Create(x.Key, Open(x.Value)))),
        ConfigList<object?> list => Sequence(list.Select(Open)),
        ConfigList<string> list => Sequence(list.Select(Text)),
        _ => throw new NotSupportedException($"metadata cannot hold a {value.GetType()}"),
    };

    private MappingNode Mapping(IEnumerable<KeyValuePair<string, ConfigNode>> pairs)
    {
        MappingNode node = new();
        foreach (var (key, value) in pairs.OrderBy(static x => x.Key, _keyOrder))
        {
            node.TryAdd(key, value);
        }

        return node;
    }

    private static SequenceNode Sequence(IEnumerable<ConfigNode> items)
    {
        SequenceNode node = new();
        node.Items.AddRange(items);
        return node;
    }

    private static ScalarNode Text(string text) => new(ScalarKind.Text, text);

    private static ScalarNode Integer(long number) => new(ScalarKind.Integer, number.ToString(CultureInfo.InvariantCulture));
}

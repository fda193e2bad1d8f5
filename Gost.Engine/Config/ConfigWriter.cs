using System.Text.Json.Nodes;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Json;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Yaml;

namespace Gost.Engine.Config;

/// <summary>
/// Writes records as GOST does (spec/cli.md section 1, <c>-O</c>): member order is property order, empty members are left out but
/// for <see cref="AlwaysWrittenAttribute"/>, durations are Go strings in YAML and integer nanoseconds in JSON.
/// </summary>
public static class ConfigWriter
{
    /// <summary>A document as text that ends with a line feed. Without services JSON says <c>"services": null</c>, as GOST does.</summary>
    public static string Write(GostConfig document, ConfigFormat format)
    {
        var tree = new RecordTree(format).Build(document);
        if (format == ConfigFormat.Yaml)
        {
            return YamlNodeWriter.Write(tree);
        }

        if (document.Services.Count == 0)
        {
            MappingNode withNull = new();
            foreach (var entry in tree.Entries)
            {
                withNull.TryAdd(entry.Key, entry.Key == "services" ? new ScalarNode(ScalarKind.Null, "null") : entry.Value);
            }

            tree = withNull;
        }

        return JsonNodeWriter.Write(tree, indented: true) + "\n";
    }

    /// <summary>One object as text; with a line feed at the end unless it is JSON on one line.</summary>
    public static string Write(NamedConfig value, ConfigFormat format, bool indented = true)
    {
        var tree = new RecordTree(format).Build(value);
        return format == ConfigFormat.Yaml ? YamlNodeWriter.Write(tree) : JsonNodeWriter.Write(tree, indented) + (indented ? "\n" : "");
    }

    /// <summary>One object as a JSON tree, for answers that add members to it.</summary>
    public static JsonObject ToJson(NamedConfig value) => (JsonObject)JsonNodeWriter.ToJson(new RecordTree(ConfigFormat.Json).Build(value))!;

    /// <summary>A whole document as a JSON tree.</summary>
    public static JsonObject ToJson(GostConfig document) => (JsonObject)JsonNodeWriter.ToJson(new RecordTree(ConfigFormat.Json).Build(document))!;
}

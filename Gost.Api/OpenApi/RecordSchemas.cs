using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;

namespace Gost.Api.OpenApi;

/// <summary>JSON schemas of the configuration records, with the member names of documents, made from the records themselves.</summary>
internal sealed class RecordSchemas
{
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    /// <summary>Every schema asked for so far, and those they name.</summary>
    public IReadOnlyDictionary<string, JsonObject> All => _schemas;

    /// <summary>A reference to the schema of a record.</summary>
    public JsonObject Reference(Type record)
    {
        var name = NameOf(record);
        if (!_schemas.ContainsKey(name))
        {
            _schemas[name] = []; // Reserved first: records may contain each other.
            _schemas[name] = Record(record);
        }

        return Ref(name);
    }

    /// <summary>A reference by name.</summary>
    public static JsonObject Ref(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>The schema's name: the record's without its suffix.</summary>
    public static string NameOf(Type record) => record == typeof(GostConfig) ? "Configuration" : record.Name[..^"Config".Length];

    private JsonObject Record(Type record)
    {
        JsonObject properties = [];
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static x => x.CanWrite).OrderBy(static x => x.Name != "Name"))
        {
            properties[MemberName(property)] = Value(property);
        }

        JsonObject schema = new() { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (record.IsSubclassOf(typeof(NamedConfig)))
        {
            schema["required"] = new JsonArray("name");
        }

        if (record == typeof(ServiceConfig))
        {
            properties["status"] = Ref("ServiceStatus");
        }

        return record.GetCustomAttribute<ScalarFormAttribute>() is null
            ? schema
            : new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, schema) };
    }

    private JsonObject Value(PropertyInfo property)
    {
        if (property.GetCustomAttribute<SecretAttribute>() is not null)
        {
            return new() { ["type"] = "string", ["format"] = "password" };
        }

        return Value(property.PropertyType);
    }

    private JsonObject Value(Type type)
    {
        if (type == typeof(string))
        {
            return new() { ["type"] = "string" };
        }

        if (type == typeof(bool))
        {
            return new() { ["type"] = "boolean" };
        }

        if (type == typeof(GoDuration))
        {
            return Ref("Duration");
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ConfigList<>))
        {
            return new() { ["type"] = "array", ["items"] = Value(type.GetGenericArguments()[0]) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ConfigMap<>))
        {
            return type.GetGenericArguments()[0] == typeof(string)
                ? new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } }
                : new() { ["type"] = "object", ["additionalProperties"] = true };
        }

        return type.IsPrimitive ? new() { ["type"] = "integer", ["format"] = "int64" } : Reference(type);
    }

    private static string MemberName(PropertyInfo property) =>
        property.GetCustomAttribute<ConfigNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}

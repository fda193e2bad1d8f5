using Gost.Engine.Config.Model;

namespace Gost.Engine.Config;

/// <summary>
/// Writes records as GOST does (spec/cli.md section 1, <c>-O</c>): member order is property order, empty members are left out but
/// for <see cref="AlwaysWrittenAttribute"/>, durations are Go strings in YAML and integer nanoseconds in JSON.
/// </summary>
public static class ConfigWriter
{
    /// <summary>A document or object as text that ends with a line feed.</summary>
    public static string Write(GostConfig document, ConfigFormat format) => throw new NotSupportedException("config");

    /// <summary>One object as text.</summary>
    public static string Write(NamedConfig value, ConfigFormat format, bool indented = true) => throw new NotSupportedException("config");

    /// <summary>One object as a JSON tree, for answers that add members to it.</summary>
    public static System.Text.Json.Nodes.JsonObject ToJson(NamedConfig value) => throw new NotSupportedException("config");

    /// <summary>A whole document as a JSON tree.</summary>
    public static System.Text.Json.Nodes.JsonObject ToJson(GostConfig document) => throw new NotSupportedException("config");
}

using System.Collections.Immutable;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config;

/// <summary>What reading gave: a value unless an error was found, and every finding with pointer and line.</summary>
public sealed record ReadResult<T>(T? Value, ImmutableArray<Finding> Findings)
    where T : class;

/// <summary>
/// Reads configuration text into records. Strict: unknown members, wrong types, doubled keys and values out of range are findings,
/// all of them at once. <c>status</c> of a service or quota and members that begin with <c>_</c> are dropped silently.
/// Bounded: depth 64, and for YAML a budget of nodes and aliases (contract.md, Values; design.md section 1).
/// </summary>
public static class ConfigReader
{
    /// <summary>Reads a whole document.</summary>
    public static ReadResult<GostConfig> ReadDocument(ReadOnlyMemory<byte> utf8, ConfigFormat format) => throw new NotSupportedException("config");

    /// <summary>Reads one object of a kind.</summary>
    public static ReadResult<NamedConfig> ReadObject(ConfigKind kind, ReadOnlyMemory<byte> utf8, ConfigFormat format) => throw new NotSupportedException("config");

    /// <summary>JSON if the first byte that is not white space is <c>{</c> or <c>[</c>, else YAML.</summary>
    public static ConfigFormat Detect(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' ? ConfigFormat.Json : ConfigFormat.Yaml;
    }
}

using System.Collections.Immutable;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Json;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Yaml;

namespace Gost.Engine.Config;

/// <summary>What reading gave.</summary>
/// <param name="Draft">What could be read, errors or not; null when the text is no tree at all. Only good for finding out what else is wrong.</param>
/// <param name="Findings">Every finding of reading, with pointer and line.</param>
/// <param name="Lines">Where the text's values stand.</param>
public sealed record ReadResult<T>(T? Draft, ImmutableArray<Finding> Findings, SourceMap Lines)
    where T : class
{
    /// <summary>The value; null when an error was found.</summary>
    public T? Value => HasErrors ? null : Draft;

    /// <summary>Reading found an error.</summary>
    public bool HasErrors => Findings.Any(static x => x.Severity == FindingSeverity.Error);

    /// <summary>
    /// Findings of judging <see cref="Draft"/> behind those of reading. What judging says of a place that could not be read is left
    /// out: it would speak of the gap and not of the text.
    /// </summary>
    public ImmutableArray<Finding> Join(IEnumerable<Finding> judged) =>
        [.. Findings, .. judged.Where(x => !Findings.Any(y => y.Severity == FindingSeverity.Error && JsonPointer.Overlap(x.Pointer, y.Pointer)))];
}

/// <summary>
/// Reads configuration text into records. Strict: unknown members, wrong types, doubled keys and values out of range are findings,
/// all of them at once. <c>status</c> of a named object and members that begin with <c>_</c> are dropped silently.
/// Bounded: depth 64, and a budget of values and YAML aliases (contract.md, Values; design.md section 1). Never throws on bad text.
/// </summary>
public static class ConfigReader
{
    /// <summary>Reads a whole document.</summary>
    public static ReadResult<GostConfig> ReadDocument(ReadOnlyMemory<byte> utf8, ConfigFormat format) => Read<GostConfig>(typeof(GostConfig), utf8, format);

    /// <summary>Reads one object of a kind.</summary>
    public static ReadResult<NamedConfig> ReadObject(ConfigKind kind, ReadOnlyMemory<byte> utf8, ConfigFormat format) =>
        Read<NamedConfig>(kind.RecordType, utf8, format);

    /// <summary>Reads the body of a chain's test, and judges it.</summary>
    public static ReadResult<ChainTestConfig> ReadChainTest(ReadOnlyMemory<byte> utf8, ConfigFormat format)
    {
        var read = Read<ChainTestConfig>(typeof(ChainTestConfig), utf8, format);
        return read.Draft is { } draft ? read with { Findings = read.Join(ChainTestRules.Check(draft)) } : read;
    }

    /// <summary>Reads a JSON array of nodes, as files that hops load from hold it; the findings' pointers begin with <c>/nodes</c>.</summary>
    public static ReadResult<NamedConfig> ReadNodes(ReadOnlyMemory<byte> utf8) => Read<NamedConfig>(
        typeof(HopConfig), (byte[])[.. "{\"name\":\"file\",\"nodes\":"u8, .. SkipByteOrderMark(utf8.Span), .. "}"u8], ConfigFormat.Json);

    /// <summary>JSON if the first byte that is not white space is <c>{</c> or <c>[</c>, else YAML.</summary>
    public static ConfigFormat Detect(ReadOnlySpan<byte> utf8)
    {
        var text = SkipByteOrderMark(utf8).TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' ? ConfigFormat.Json : ConfigFormat.Yaml;
    }

    private static ReadResult<T> Read<T>(Type record, ReadOnlyMemory<byte> utf8, ConfigFormat format)
        where T : class
    {
        FindingList findings = new();
        ConfigNode? root = null;
        object? value = null;
        try
        {
            root = ReadTree(SkipByteOrderMark(utf8.Span), format, findings);
            value = new RecordBinder(findings, format).Bind(RecordSchema.Of(record), root);
        }
        catch (SyntaxException e)
        {
            findings.Add(new Finding("", e.Message, Line: e.Line));
        }

        return new ReadResult<T>((T?)value, findings.ToImmutable(), new SourceMap(root));
    }

    private static ConfigNode ReadTree(ReadOnlySpan<byte> utf8, ConfigFormat format, FindingList findings)
    {
        if (utf8.TrimStart(" \t\r\n"u8).IsEmpty)
        {
            throw new SyntaxException("the body is empty", null);
        }

        return format == ConfigFormat.Json ? JsonNodeReader.Read(utf8, findings) : YamlNodeReader.Read(utf8, findings);
    }

    private static ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> utf8) => utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
}

using Gost.Engine.Config;

namespace Gost.Api.CommandLine;

/// <summary>The text of one <c>-C</c> source.</summary>
/// <param name="Label">How messages name it; holds no credentials.</param>
/// <param name="Utf8">The text.</param>
/// <param name="Format">Its language.</param>
internal sealed record SourceText(string Label, ReadOnlyMemory<byte> Utf8, ConfigFormat Format);

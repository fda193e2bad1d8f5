using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.CommandLine;

/// <summary>What one source defines, and where its text does so.</summary>
/// <param name="Label">How messages name the source.</param>
/// <param name="Document">Its definitions.</param>
/// <param name="Lines">Lines by pointer; <see cref="SourceMap.Empty"/> for the command line.</param>
internal sealed record SourceDocument(string Label, GostConfig Document, SourceMap Lines)
{
    /// <summary>What reading found; its errors name the places that <see cref="Document"/> lacks.</summary>
    public ReadResult<GostConfig>? Read { get; init; }
}

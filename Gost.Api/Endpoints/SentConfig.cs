using System.Collections.Immutable;
using Gost.Api.Http;
using Gost.Engine.Config;

namespace Gost.Api.Endpoints;

/// <summary>A body that could be read: its record, the warnings, and where each member stands in the text.</summary>
internal sealed record SentConfig<T>(T Value, ImmutableArray<Finding> Warnings, Func<string, int?> LineOf)
    where T : class
{
    /// <summary>Takes what reading gave. Throws <see cref="ApiException"/> with every finding when there is no value.</summary>
    public static SentConfig<T> From(ReadResult<T> read)
    {
        if (read.Value is null || read.Findings.Any(static x => x.Severity == FindingSeverity.Error))
        {
            throw new ApiException(ApiError.Invalid(ChangeAnswer.WithLines(read.Findings, read.Lines.LineOf)));
        }

        return new(read.Value, read.Findings, read.Lines.LineOf);
    }
}

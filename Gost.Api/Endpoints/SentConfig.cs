using System.Collections.Immutable;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>A body that could be read: its record, the warnings, and where each member stands in the text.</summary>
internal sealed record SentConfig<T>(T Value, ImmutableArray<Finding> Warnings, Func<string, int?> LineOf)
    where T : class
{
    /// <summary>
    /// Takes what reading gave. When reading found errors, what could be read is judged by a dry run all the same, so that every finding
    /// is answered at once; throws <see cref="ApiException"/> with them.
    /// </summary>
    public static async Task<SentConfig<T>> FromAsync(ReadResult<T> read, Func<T, Task<ChangeResult>> dryRun)
    {
        if (read.Value is { } value)
        {
            return new(value, read.Findings, read.Lines.LineOf);
        }

        var judged = read.Draft is { } draft && await dryRun(draft) is ChangeRefused refused ? refused.Findings : [];
        throw new ApiException(ApiError.Invalid(ChangeAnswer.WithLines(read.Join(judged), read.Lines.LineOf)));
    }
}

using System.Globalization;
using Gost.Api.Http;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>
/// The parameters every change takes: <c>dryRun</c>, <c>drain</c> and the header If-Match. Strict: a parameter nobody reads (a misspelt
/// <c>dryRun</c>, say) refuses the change. Source: contract.md, REST.
/// </summary>
internal sealed record ChangeQuery(bool DryRun, TimeSpan? Drain, IReadOnlyList<long>? IfMatch)
{
    // Longer than any timer takes; a drain of days is a mistake.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromDays(24);

    /// <summary>Reads and checks them. Throws <see cref="ApiException"/>.</summary>
    public static ChangeQuery Read(HttpContext context, params ReadOnlySpan<string> others)
    {
        foreach (var name in context.Request.Query.Keys)
        {
            if (!name.StartsWith('_') && !Known(name, others))
            {
                throw new ApiException(ApiError.BadRequest($"query parameter {name} is not known here; known: {string.Join(", ", (string[])["dryRun", "drain", .. others])}"));
            }
        }

        return new(ReadFlag(context, "dryRun"), ReadDrain(context), ReadIfMatch(context));
    }

    /// <summary>Puts the parameters on a request.</summary>
    public ChangeRequest Apply(ChangeRequest request) => request with { DryRun = DryRun, Drain = Drain, IfMatch = IfMatch };

    private static bool Known(string name, ReadOnlySpan<string> others)
    {
        foreach (var other in (ReadOnlySpan<string>)["dryRun", "drain", .. others])
        {
            if (name.Equals(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ReadFlag(HttpContext context, string name) => context.Request.Query[name].ToString().ToUpperInvariant() switch
    {
        "" when !context.Request.Query.ContainsKey(name) => false,
        "" or "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        var text => throw new ApiException(ApiError.BadRequest($"query parameter {name} is true or false, not {text}")),
    };

    private static TimeSpan? ReadDrain(HttpContext context)
    {
        if (!context.Request.Query.TryGetValue("drain", out var values))
        {
            return null;
        }

        var text = values.ToString();
        if (!GoDuration.TryParse(text, out var duration))
        {
            throw new ApiException(ApiError.BadRequest($"query parameter drain is a duration with its unit, 30s or 0s for example, not {text}"));
        }

        var time = duration.ToTimeSpan();
        return time >= TimeSpan.Zero && time <= LongestDrain
            ? time
            : throw new ApiException(ApiError.BadRequest($"query parameter drain is between 0s and {LongestDrain.TotalHours:0}h, not {text}"));
    }

    // RFC 9110 section 13.1.1: strong comparison, so a weak tag or one that is no revision of ours matches nothing (-1).
    private static List<long>? ReadIfMatch(HttpContext context)
    {
        if (context.Request.Headers.IfMatch is not { Count: > 0 } header)
        {
            return null;
        }

        List<long> revisions = [];
        foreach (var tag in header.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (tag == "*")
            {
                return [];
            }

            var text = tag.Length >= 2 && tag[0] == '"' && tag[^1] == '"' ? tag[1..^1] : tag;
            revisions.Add(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : -1);
        }

        return revisions.Count == 0 ? [-1] : revisions;
    }
}

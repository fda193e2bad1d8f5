using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>Answers the outcome of a change. Source: contract.md, REST (Errors, Success, dryRun).</summary>
internal static class ChangeAnswer
{
    /// <summary>
    /// Writes 200 with revision and warnings (a dry run: the plan), or throws the refusal. <paramref name="lineOf"/> finds the line of a
    /// pointer in what was sent; <paramref name="reading"/> are the warnings reading it gave.
    /// </summary>
    public static Task WriteAsync(HttpContext context, ChangeResult result, Func<string, int?>? lineOf = null, ImmutableArray<Finding> reading = default)
    {
        switch (result)
        {
            case ChangeApplied applied:
                var warnings = ApiResponse.Findings([.. reading.IsDefault ? [] : reading, .. WithLines(applied.Warnings, lineOf)]);
                JsonObject data = applied.DryRun
                    ? new() { ["dryRun"] = true, ["revision"] = applied.Revision, ["plan"] = Plan(applied.Plan), ["warnings"] = warnings }
                    : new() { ["revision"] = applied.Revision, ["warnings"] = warnings };
                return ApiResponse.OkAsync(context, data, applied.DryRun ? null : applied.Revision);
            case ChangeRefused refused:
                throw new ApiException(Error(refused, lineOf));
            default:
                throw new InvalidOperationException($"unknown outcome {result.GetType().Name}");
        }
    }

    /// <summary>Puts lines on findings that have none.</summary>
    public static ImmutableArray<Finding> WithLines(ImmutableArray<Finding> findings, Func<string, int?>? lineOf) =>
        findings.IsDefaultOrEmpty ? []
        : lineOf is null ? findings
        : [.. findings.Select(x => x.Line is null ? x with { Line = lineOf(x.Pointer) } : x)];

    private static ApiError Error(ChangeRefused refused, Func<string, int?>? lineOf)
    {
        var findings = WithLines(refused.Findings, lineOf).Where(static x => x.Severity == FindingSeverity.Error).ToImmutableArray();
        var message = refused.Message.Length > 0 ? refused.Message : findings.IsEmpty ? "the change was refused" : findings[0].Message;
        var (status, code) = refused.Reason switch
        {
            ChangeRefusal.Invalid => (400, 40001),
            ChangeRefusal.Exists => (409, 40002),
            ChangeRefusal.CannotPrepare => (409, 40003),
            ChangeRefusal.NotFound => (404, 40004),
            ChangeRefusal.PreconditionFailed => (412, 41200),
            ChangeRefusal.StoreUnavailable => (503, 50300),
            ChangeRefusal.DiskFull => (507, 50700),
            _ => throw new InvalidOperationException($"unknown refusal {refused.Reason}"),
        };
        return new(status, code, message) { Findings = findings, RetryAfterSeconds = status == 503 ? 5 : null };
    }

    private static JsonObject Plan(ChangePlan plan) => new()
    {
        ["added"] = Keys(plan.Added),
        ["changed"] = Keys(plan.Changed),
        ["removed"] = Keys(plan.Removed),
        ["restarted"] = Keys(plan.Restarted),
    };

    private static JsonArray Keys(ImmutableArray<string> keys) => [.. keys.Select(static x => (JsonNode)x)];
}

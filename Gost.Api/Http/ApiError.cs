using System.Collections.Immutable;
using Gost.Engine.Config;

namespace Gost.Api.Http;

/// <summary>A refusal as the API answers it: GOST's code and message, the HTTP status, findings. Source: contract.md, REST.</summary>
internal sealed record ApiError(int Status, int Code, string Message)
{
    /// <summary>What was found, each with pointer and line; empty for refusals without a body to point into.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>Seconds after which a retry makes sense; null = no such hint.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Findings of a body or document.</summary>
    public static ApiError Invalid(ImmutableArray<Finding> findings)
    {
        var errors = findings.Where(static x => x.Severity == FindingSeverity.Error).ToImmutableArray();
        return new(400, 40001, errors.IsEmpty ? "the body is not valid" : errors[0].Message) { Findings = errors };
    }

    /// <summary>A request that is wrong in one way.</summary>
    public static ApiError BadRequest(string message) => new(400, 40001, message);

    /// <summary>No such object or route.</summary>
    public static ApiError NotFound(string message) => new(404, 40004, message);

    /// <summary>A route that exists, asked with another method.</summary>
    public static ApiError MethodNotAllowed(string message) => new(405, 40500, message);

    /// <summary>A caller that may not ask from there.</summary>
    public static ApiError Forbidden(string message) => new(403, 40300, message);

    /// <summary>A body above the limit.</summary>
    public static ApiError TooLarge(string message) => new(413, 41300, message);

    /// <summary>No or wrong credentials.</summary>
    public static ApiError Unauthorized() => new(401, 401, "Unauthorized");

    /// <summary>Starting, stopping, or a store that cannot be written now.</summary>
    public static ApiError Unavailable(string message) => new(503, 50300, message) { RetryAfterSeconds = 1 };
}

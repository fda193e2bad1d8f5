using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Gost.Api.OpenApi;

/// <summary>The refusals every operation can answer, once each as a shared response. Source: contract.md, REST (Errors).</summary>
internal static class ErrorResponses
{
    private static readonly (int Status, int Code, string Meaning, string Message)[] Table =
    [
        (400, 40001, "What was sent cannot be used; every finding is listed.", "unknown member forwardr: did you mean forwarder?"),
        (401, 401, "Credentials are configured and these are none, or wrong ones.", "Unauthorized"),
        (403, 40300, "The web origin or the host name may not call.", "origin https://example.org may not call this API"),
        (404, 40004, "There is no such object.", "service web not found"),
        (409, 40003, "The name exists (40002), or a port is taken or preparing failed otherwise (40003); nothing was changed.", "create service web failed: listen tcp :8080: bind: address already in use"),
        (412, 41200, "If-Match names another revision.", "service web was changed since: its revision is 18"),
        (413, 41300, "The body is larger than 4 MB.", "the body is larger than 4 MB"),
        (503, 50300, "Starting, stopping, or the store cannot be written now; see Retry-After.", "starting: the definitions are being loaded"),
        (507, 50700, "No space left for the store; nothing was changed.", "the disk is full"),
    ];

    /// <summary>The shared responses.</summary>
    public static JsonObject All()
    {
        JsonObject responses = [];
        foreach (var (status, code, meaning, message) in Table)
        {
            JsonObject example = new()
            {
                ["code"] = code,
                ["msg"] = message,
                ["type"] = "about:blank",
                ["title"] = ReasonPhrases.GetReasonPhrase(status),
                ["status"] = status,
            };
            if (status == 400)
            {
                example["errors"] = new JsonArray(new JsonObject { ["pointer"] = "/forwardr", ["line"] = 1, ["message"] = message, ["suggestion"] = "forwarder" });
            }

            JsonObject response = new()
            {
                ["description"] = meaning,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject { ["schema"] = RecordSchemas.Ref("Error"), ["example"] = example },
                },
            };
            if (status is 401 or 503)
            {
                response["headers"] = new JsonObject
                {
                    [status == 401 ? "WWW-Authenticate" : "Retry-After"] = new JsonObject
                    {
                        ["description"] = status == 401 ? "The scheme: Basic." : "Seconds to wait.",
                        ["schema"] = new JsonObject { ["type"] = status == 401 ? "string" : "integer" },
                    },
                };
            }

            responses[Name(status)] = response;
        }

        return responses;
    }

    /// <summary>A reference to one.</summary>
    public static JsonObject Ref(int status) => new() { ["$ref"] = $"#/components/responses/{Name(status)}" };

    private static string Name(int status) => ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal);
}

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
        (405, 40500, "The path is known, but not with this method.", "PATCH is not possible on /config/services/web; possible: DELETE, GET, PUT"),
        (409, 40003, "The name exists (40002), or a port is taken or preparing failed otherwise (40003); nothing was changed.", "create service web failed: listen tcp :8080: bind: address already in use"),
        (412, 41200, "If-Match names another revision.", "service web was changed since: its revision is 18"),
        (413, 41300, "The body is larger than 4 MB.", "the body is larger than 4 MB"),
        (500, 50000, "The request failed inside the program, which runs on; its log says why.", "the request failed inside the program; the log says why"),
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
            if (Header(status) is var (name, type, content))
            {
                response["headers"] = new JsonObject
                {
                    [name] = new JsonObject { ["description"] = content, ["schema"] = new JsonObject { ["type"] = type } },
                };
            }

            responses[Name(status)] = response;
        }

        return responses;
    }

    /// <summary>A reference to one.</summary>
    public static JsonObject Ref(int status) => new() { ["$ref"] = $"#/components/responses/{Name(status)}" };

    private static (string Name, string Type, string Content)? Header(int status) => status switch
    {
        401 => ("WWW-Authenticate", "string", "The scheme: Basic."),
        405 => ("Allow", "string", "The methods that the path knows."),
        503 => ("Retry-After", "integer", "Seconds to wait."),
        _ => null,
    };

    private static string Name(int status) => ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal);
}

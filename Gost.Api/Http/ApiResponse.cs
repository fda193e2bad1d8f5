using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Microsoft.AspNetCore.WebUtilities;

namespace Gost.Api.Http;

/// <summary>Writes the shapes of contract.md, REST: GOST's envelope, with the members of RFC 9457 beside it on errors.</summary>
internal static class ApiResponse
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    /// <summary><c>{"data":…}</c>, with an ETag where the object has a revision.</summary>
    public static Task DataAsync(HttpContext context, JsonNode? data, long? revision = null)
    {
        SetETag(context, revision);
        return JsonAsync(context, StatusCodes.Status200OK, new JsonObject { ["data"] = data });
    }

    /// <summary><c>{"msg":"OK","data":…}</c> of a change.</summary>
    public static Task OkAsync(HttpContext context, JsonNode? data = null, long? revision = null)
    {
        SetETag(context, revision);
        JsonObject body = new() { ["msg"] = "OK" };
        if (data is not null)
        {
            body["data"] = data;
        }

        return JsonAsync(context, StatusCodes.Status200OK, body);
    }

    /// <summary>A refusal; drops what was set on the answer before, but for CORS headers.</summary>
    public static Task ErrorAsync(HttpContext context, ApiError error)
    {
        context.Response.Headers.Remove("ETag");
        if (error.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"gost\"";
        }

        JsonObject body = new()
        {
            ["code"] = error.Code,
            ["msg"] = error.Message,
            ["type"] = "about:blank",
            ["title"] = ReasonPhrases.GetReasonPhrase(error.Status),
            ["status"] = error.Status,
        };
        if (!error.Findings.IsDefaultOrEmpty)
        {
            body["errors"] = Findings(error.Findings);
        }

        return JsonAsync(context, error.Status, body);
    }

    /// <summary>Findings as objects with pointer, line, message and suggestion; unknown members are left out.</summary>
    public static JsonArray Findings(IEnumerable<Finding> findings)
    {
        JsonArray list = [];
        foreach (var finding in findings)
        {
            JsonObject item = new() { ["pointer"] = finding.Pointer };
            if (finding.Line is { } line)
            {
                item["line"] = line;
            }

            item["message"] = finding.Message;
            if (finding.Suggestion is { } suggestion)
            {
                item["suggestion"] = suggestion;
            }

            list.Add((JsonNode)item);
        }

        return list;
    }

    /// <summary>A bare document.</summary>
    public static Task DocumentAsync(HttpContext context, JsonNode document, long? revision = null)
    {
        SetETag(context, revision);
        return JsonAsync(context, StatusCodes.Status200OK, document, Indented);
    }

    /// <summary>Text in the named media type.</summary>
    public static Task TextAsync(HttpContext context, string text, string contentType, long? revision = null)
    {
        SetETag(context, revision);
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static void SetETag(HttpContext context, long? revision)
    {
        if (revision is { } number)
        {
            context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{number}\"");
        }
    }

    private static async Task JsonAsync(HttpContext context, int status, JsonNode body, JsonSerializerOptions? options = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, options ?? Compact);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}

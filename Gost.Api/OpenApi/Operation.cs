using System.Text.Json.Nodes;

namespace Gost.Api.OpenApi;

/// <summary>Builds one operation of the document.</summary>
internal sealed class Operation(string id, string tag, string summary, string description)
{
    private readonly JsonArray _parameters = [];
    private readonly JsonObject _responses = [];
    private JsonObject? _body;
    private bool _public;

    /// <summary>Needs no credentials.</summary>
    public Operation Public()
    {
        _public = true;
        return this;
    }

    /// <summary>A part of the path.</summary>
    public Operation Path(string name, string meaning, string type = "string") => Parameter("path", name, meaning, new() { ["type"] = type }, required: true);

    /// <summary>An optional part of the query.</summary>
    public Operation Query(string name, string meaning, string type = "string") => Parameter("query", name, meaning, new() { ["type"] = type });

    /// <summary>A part of the query that is one of some words.</summary>
    public Operation Choice(string name, string meaning, bool required, params string[] words) =>
        Parameter("query", name, meaning, new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(static x => (JsonNode)x)]) }, required);

    /// <summary>Offset and limit.</summary>
    public Operation Paged() => Parameter("query", "offset", "How many to skip.", Whole()).Parameter("query", "limit", "How many to give at most.", Whole());

    /// <summary>What every change takes.</summary>
    public Operation Change() =>
        Query("dryRun", "Validate and plan only: nothing is bound, stored or changed.", "boolean")
            .Query("drain", "End flows of replaced or removed services after this time (30s, 0s); absent: they live on.")
            .Parameter("header", "If-Match", "Revisions (ETags) of which one must be the current one, or *.", new() { ["type"] = "string" });

    /// <summary>The body, in one or more media types.</summary>
    public Operation Body(params (string MediaType, JsonObject Schema, JsonNode? Example)[] forms)
    {
        _body = new() { ["required"] = true, ["content"] = Content(forms) };
        return this;
    }

    /// <summary>The successful answer.</summary>
    public Operation Ok(string meaning, bool withETag, params (string MediaType, JsonObject Schema, JsonNode? Example)[] forms)
    {
        JsonObject response = new() { ["description"] = meaning, ["content"] = Content(forms) };
        if (withETag)
        {
            response["headers"] = new JsonObject
            {
                ["ETag"] = new JsonObject
                {
                    ["description"] = "The revision that last changed it, in quotes.",
                    ["schema"] = new JsonObject { ["type"] = "string" },
                },
            };
        }

        _responses["200"] = response;
        return this;
    }

    /// <summary>
    /// The refusals it can answer; those of access control, of another method on the same path (which has no place of its own in OpenAPI) and
    /// of a fault inside the program are added.
    /// </summary>
    public Operation Errors(params int[] statuses)
    {
        int[] all = _public ? [403, 405, 500, .. statuses] : [401, 403, 405, 500, .. statuses];
        foreach (var status in all.Distinct().Order())
        {
            _responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = ErrorResponses.Ref(status);
        }

        return this;
    }

    /// <summary>The operation object.</summary>
    public JsonObject Build()
    {
        JsonObject operation = new()
        {
            ["tags"] = new JsonArray(tag),
            ["summary"] = summary,
            ["description"] = description,
            ["operationId"] = id,
            ["security"] = _public ? [] : new JsonArray(new JsonObject { ["basic"] = new JsonArray() }, new JsonObject()),
        };
        if (_parameters.Count > 0)
        {
            operation["parameters"] = _parameters;
        }

        if (_body is not null)
        {
            operation["requestBody"] = _body;
        }

        operation["responses"] = _responses;
        return operation;
    }

    private Operation Parameter(string place, string name, string meaning, JsonObject schema, bool required = false)
    {
        JsonObject parameter = new() { ["name"] = name, ["in"] = place, ["description"] = meaning, ["schema"] = schema };
        if (required)
        {
            parameter["required"] = true;
        }

        _parameters.Add((JsonNode)parameter);
        return this;
    }

    private static JsonObject Whole() => new() { ["type"] = "integer", ["minimum"] = 0 };

    private static JsonObject Content((string MediaType, JsonObject Schema, JsonNode? Example)[] forms)
    {
        JsonObject content = [];
        foreach (var (mediaType, schema, example) in forms)
        {
            JsonObject form = new() { ["schema"] = schema };
            if (example is not null)
            {
                form["example"] = example;
            }

            content[mediaType] = form;
        }

        return content;
    }
}

using System.Text.Json.Nodes;
using Gost.Engine.Config;

namespace Gost.Api.OpenApi;

/// <summary>The five operations of each kind of object.</summary>
internal static class ObjectPaths
{
    private const string Json = "application/json";

    /// <summary>Adds the paths of a kind.</summary>
    public static void Add(JsonObject paths, ConfigKind kind, RecordSchemas schemas)
    {
        var word = char.ToUpperInvariant(kind.Name[0]) + kind.Name[1..];
        var path = $"/config/{kind.Name}";
        paths[path] = new JsonObject
        {
            ["get"] = new Operation($"list{word}", kind.Name, $"List {kind.Name}", $"All {kind.Name} in order, or a page of them.").Paged()
                .Ok("The list and the number of all.", false, (Json, List(schemas.Reference(kind.RecordType)), ListExample(kind)))
                .Errors(400, 503).Build(),
            ["post"] = new Operation($"create{word}", kind.Name, $"Create a {kind.Noun}", $"Adds a {kind.Noun}. It is stored durably and in force when this answers.").Change()
                .Body((Json, schemas.Reference(kind.RecordType), KindExamples.Of(kind)), ("application/yaml", schemas.Reference(kind.RecordType), null))
                .Ok("Created.", true, (Json, RecordSchemas.Ref("Change"), ChangeExample($"{kind.Name}/{KindExamples.Of(kind)["name"]}")))
                .Errors(400, 409, 412, 413, 503, 507).Build(),
        };
        paths[path + "/{name}"] = new JsonObject
        {
            ["get"] = Named($"get{word}", kind, $"Read a {kind.Noun}", $"One {kind.Noun} by name.")
                .Ok("It.", true, (Json, Single(schemas.Reference(kind.RecordType)), new JsonObject { ["data"] = KindExamples.Of(kind) }))
                .Errors(404, 503).Build(),
            ["put"] = Named($"replace{word}", kind, $"Replace a {kind.Noun}", $"Replaces the whole {kind.Noun}; the name in the path stays. Never creates one. On any refusal the old one runs on untouched.").Change()
                .Body((Json, schemas.Reference(kind.RecordType), KindExamples.Of(kind)), ("application/yaml", schemas.Reference(kind.RecordType), null))
                .Ok("Replaced.", true, (Json, RecordSchemas.Ref("Change"), ChangeExample(null)))
                .Errors(400, 404, 409, 412, 413, 503, 507).Build(),
            ["delete"] = Named($"delete{word}", kind, $"Delete a {kind.Noun}", $"Removes the {kind.Noun}.").Change()
                .Ok("Deleted.", true, (Json, RecordSchemas.Ref("Change"), ChangeExample(null)))
                .Errors(400, 404, 409, 412, 503, 507).Build(),
        };
    }

    /// <summary>A change's answer; with a key, that of a dry run.</summary>
    public static JsonObject ChangeExample(string? planned)
    {
        JsonObject data = new() { ["revision"] = 17, ["warnings"] = new JsonArray() };
        if (planned is not null)
        {
            data["dryRun"] = true;
            data["plan"] = new JsonObject { ["added"] = new JsonArray(planned), ["changed"] = new JsonArray(), ["removed"] = new JsonArray(), ["restarted"] = new JsonArray() };
        }

        return new() { ["msg"] = "OK", ["data"] = data };
    }

    private static Operation Named(string id, ConfigKind kind, string summary, string description) =>
        new Operation(id, kind.Name, summary, description).Path("name", $"The name of the {kind.Noun}.");

    private static JsonObject ListExample(ConfigKind kind) =>
        new() { ["data"] = new JsonObject { ["count"] = 1, ["list"] = new JsonArray(KindExamples.Of(kind)) } };

    private static JsonObject Single(JsonObject item) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("data"),
        ["properties"] = new JsonObject { ["data"] = item },
    };

    private static JsonObject List(JsonObject item) => Single(new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("count", "list"),
        ["properties"] = new JsonObject
        {
            ["count"] = new JsonObject { ["type"] = "integer" },
            ["list"] = new JsonObject { ["type"] = "array", ["items"] = item },
        },
    });
}

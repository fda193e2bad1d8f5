using System.Text.Json.Nodes;
using Gost.Engine.Config;

namespace Gost.Api.OpenApi;

/// <summary>The OpenAPI document of the API: made from the configuration records and the table of kinds, so it cannot fall behind them.</summary>
internal static class GostDocument
{
    private const string Description =
        "Port forwards and proxies in GOST's language, kept in SQLite and applied while they run. Paths, names, codes and messages are GOST's; "
        + "what is stricter or added is described with each operation. Names of query parameters are checked on changes.";

    /// <summary>The document; <paramref name="pathPrefix"/> is where the routes lie.</summary>
    public static JsonObject Build(string pathPrefix, string version)
    {
        RecordSchemas records = new();
        JsonObject paths = [];
        DocumentPaths.Add(paths, records);
        foreach (var kind in ConfigKind.All)
        {
            ObjectPaths.Add(paths, kind, records);
        }

        var schemas = AnswerSchemas.All();
        foreach (var (name, schema) in records.All)
        {
            schemas[name] = schema;
        }

        var prefix = pathPrefix.Trim('/');
        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Gost",
                ["description"] = Description,
                ["version"] = version,
                ["contact"] = new JsonObject { ["name"] = "The maintainers of Gost" },
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = prefix.Length == 0 ? "/" : "/" + prefix }),
            ["tags"] = Tags(),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = ErrorResponses.All(),
                ["securitySchemes"] = new JsonObject
                {
                    ["basic"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic", ["description"] = "Needed only where credentials are configured." },
                },
            },
        };
    }

    private static JsonArray Tags()
    {
        JsonArray tags =
        [
            new JsonObject { ["name"] = "config", ["description"] = "The configuration as a whole." },
            new JsonObject { ["name"] = "program", ["description"] = "Health and metrics of the program." },
        ];
        foreach (var kind in ConfigKind.All)
        {
            tags.Add((JsonNode)new JsonObject { ["name"] = kind.Name, ["description"] = $"Objects of kind {kind.Name}." });
        }

        return tags;
    }
}

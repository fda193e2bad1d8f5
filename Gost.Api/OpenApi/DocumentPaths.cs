using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Api.OpenApi;

/// <summary>The operations on the whole configuration, on connections, and on the program.</summary>
internal static class DocumentPaths
{
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";
    private const string ImportText = "services:\n  - name: dns\n    addr: :10053\n    handler:\n      type: udp\n    listener:\n      type: udp\n    forwarder:\n      nodes:\n        - name: target-0\n          addr: 127.0.0.1:53\n";
    private const string CommandLine = "gost -L \"tcp://:8080/192.168.1.1:80,192.168.1.2:80?strategy=round\"";

    /// <summary>Adds them.</summary>
    public static void Add(JsonObject paths, RecordSchemas schemas)
    {
        JsonObject document = new() { ["services"] = new JsonArray(KindExamples.Of(ConfigKind.Services)) };
        JsonObject text = new() { ["type"] = "string" };
        paths["/config"] = new JsonObject
        {
            ["get"] = new Operation("exportConfig", "config", "Export the configuration", "The whole configuration without an envelope; as JSON every service carries its status.")
                .Choice("format", "The language; JSON unless said.", false, "json", "yaml")
                .Ok("The document.", true, (Json, schemas.Reference(typeof(GostConfig)), document.DeepClone()), ("text/x-yaml", Copy(text), ImportText))
                .Errors(503).Build(),
            ["post"] = new Operation("saveConfig", "config", "Save the configuration to a file", "Writes the definitions atomically to a file below the server's export folder.")
                .Choice("format", "The language; else by the path's extension, else YAML.", false, "json", "yaml")
                .Query("path", "File relative to the export folder; gost.yaml or gost.json unless said.")
                .Ok("Written.", false, (Json, RecordSchemas.Ref("Saved"), new JsonObject { ["msg"] = "OK", ["data"] = new JsonObject { ["path"] = "gost.yaml" } }))
                .Errors(400, 503, 507).Build(),
        };
        paths["/config/import"] = Post(new Operation("importConfig", "config", "Import a document", "Applies a whole document, all or nothing. merge replaces same-named objects and adds new ones; replace makes every kind exactly the document.")
            .Choice("mode", "How the document meets what is there.", true, "merge", "replace").Change()
            .Body((Yaml, Copy(text), ImportText), (Json, schemas.Reference(typeof(GostConfig)), document.DeepClone()))
            .Ok("Applied.", true, (Json, RecordSchemas.Ref("Change"), ObjectPaths.ChangeExample("services/dns")))
            .Errors(400, 409, 412, 413, 503, 507));
        paths["/config/convert"] = Post(new Operation("convertCommandLine", "config", "Convert a command line", "Turns a gost command line into configuration. Nothing is applied.")
            .Choice("format", "The language of the answer; JSON unless said.", false, "json", "yaml")
            .Body(("text/plain", Copy(text), CommandLine), (Json, Arguments(), new JsonObject { ["args"] = new JsonArray("-L", "tcp://:8080/192.168.1.1:80") }))
            .Ok("The document.", false, (Json, schemas.Reference(typeof(GostConfig)), document.DeepClone()), ("text/x-yaml", Copy(text), ImportText))
            .Errors(400, 413, 503));
        paths["/config/reload"] = Post(new Operation("reloadConfig", "config", "Reload", "Reads the sources given at start again and reconciles what came from them; without sources applies the store again and retries failed services.").Change()
            .Ok("Reloaded.", true, (Json, RecordSchemas.Ref("Change"), ObjectPaths.ChangeExample(null)))
            .Errors(400, 409, 412, 503, 507));
        paths["/config/chains/{name}/test"] = Post(new Operation("testChain", "chains", "Try a chain", "Tries the way to a target through the chain, as a connection would, and answers each step with its time and error. One test at a time for each chain, 15 s at most.")
            .Path("name", "The name of the chain.")
            .Body((Json, schemas.Reference(typeof(ChainTestConfig)), new JsonObject { ["target"] = "192.168.1.1:80", ["network"] = "tcp", ["timeout"] = "5s" }))
            .Ok("Tried, whether the target was reached or not.", false, (Json, RecordSchemas.Ref("ChainTestResult"), TestExample()))
            .Errors(400, 404, 409, 413, 503));
        AddServices(paths);
        AddKnownHosts(paths);
        AddProgram(paths, text);
    }

    private static void AddServices(JsonObject paths)
    {
        JsonObject connection = new()
        {
            ["id"] = 42,
            ["network"] = "tcp",
            ["client"] = "127.0.0.1:50912",
            ["target"] = "127.0.0.1:8000",
            ["since"] = 1753340029,
            ["inputBytes"] = 1018,
            ["outputBytes"] = 7327,
        };
        paths["/config/services/{name}/connections"] = new JsonObject
        {
            ["get"] = new Operation("listConnections", "services", "List live connections", "The flows a service carries now, UDP sessions included.").Path("name", "The name of the service.").Paged()
                .Ok("The flows.", false, (Json, RecordSchemas.Ref("Connections"), new JsonObject { ["data"] = new JsonObject { ["count"] = 1, ["list"] = new JsonArray(connection) } }))
                .Errors(400, 404, 503).Build(),
        };
        paths["/config/services/{name}/connections/{id}"] = new JsonObject
        {
            ["delete"] = new Operation("closeConnection", "services", "Cut a connection", "Ends one flow at once.").Path("name", "The name of the service.").Path("id", "The flow's id.", "integer")
                .Ok("Cut.", false, (Json, RecordSchemas.Ref("Done"), new JsonObject { ["msg"] = "OK" }))
                .Errors(404, 503).Build(),
        };
        paths["/config/quotas/{name}/reset"] = Post(new Operation("resetQuota", "quotas", "Reset a quota's counter", "Refused while this build does not enforce quotas.").Path("name", "The name of the quota.")
            .Ok("Reset.", false, (Json, RecordSchemas.Ref("Done"), new JsonObject { ["msg"] = "OK" }))
            .Errors(400, 404, 503));
    }

    private static void AddKnownHosts(JsonObject paths)
    {
        JsonObject host = new()
        {
            ["host"] = "192.168.1.2:22",
            ["algorithm"] = "ssh-ed25519",
            ["fingerprint"] = "SHA256:uNiVztksCsDhcc0u9e8BrSJXjeUEtvMVqAVN7jTyvQk",
            ["firstSeen"] = 1753340029,
        };
        paths["/config/known-hosts"] = Get(new Operation("listKnownHosts", "program", "List known SSH hosts", "The keys of SSH servers that were trusted on first use.").Paged()
            .Ok("The keys.", false, (Json, RecordSchemas.Ref("KnownHosts"), new JsonObject { ["data"] = new JsonObject { ["count"] = 1, ["list"] = new JsonArray(host) } }))
            .Errors(400, 503));
        paths["/config/known-hosts/{name}"] = new JsonObject
        {
            ["delete"] = new Operation("forgetKnownHost", "program", "Forget an SSH host", "Forgets every key of a server, so that the next one it shows is trusted.").Path("name", "The node as it is dialled, host:port.")
                .Ok("Forgotten.", false, (Json, RecordSchemas.Ref("Done"), new JsonObject { ["msg"] = "OK" }))
                .Errors(404, 503, 507).Build(),
        };
    }

    private static void AddProgram(JsonObject paths, JsonObject text)
    {
        JsonObject ready = new() { ["msg"] = "OK", ["data"] = new JsonObject { ["services"] = 3, ["failed"] = 0, ["lane"] = "kernel" } };
        paths["/healthz/live"] = Get(new Operation("live", "program", "Liveness", "Answers as long as the process does.").Public()
            .Ok("Alive.", false, (Json, RecordSchemas.Ref("Health"), new JsonObject { ["msg"] = "OK" })).Errors());
        paths["/healthz/ready"] = Get(new Operation("ready", "program", "Readiness", "Ready once the store is loaded and every service had its first bind attempt; not while stopping.").Public()
            .Ok("Ready.", false, (Json, RecordSchemas.Ref("Health"), ready)).Errors(503));
        paths["/metrics"] = Get(new Operation("metrics", "program", "Metrics", "Prometheus text exposition format, with GOST's metric names.")
            .Ok("The metrics.", false, ("text/plain", Copy(text), null)).Errors());
    }

    private static JsonObject TestExample() => JsonNode.Parse(
        """
        {"msg":"OK","data":{"reached":false,"ms":12.931,"steps":[
        {"hop":"hop-0","node":"node-0","layer":"dial","address":"192.168.1.2:8443","ms":0.412},
        {"hop":"hop-0","node":"node-0","layer":"tls","address":"192.168.1.2:8443","ms":11.02},
        {"hop":"hop-0","node":"node-0","layer":"connect","address":"192.168.1.1:80","ms":1.4,"error":"connection refused"}],
        "error":{"time":1753340029,"layer":"connect","msg":"connection refused"}}}
        """) as JsonObject ?? [];

    private static JsonObject Arguments() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("args"),
        ["properties"] = new JsonObject { ["args"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } } },
        ["additionalProperties"] = false,
    };

    private static JsonObject Post(Operation operation) => new() { ["post"] = operation.Build() };

    private static JsonObject Get(Operation operation) => new() { ["get"] = operation.Build() };

    private static JsonObject Copy(JsonObject schema) => (JsonObject)schema.DeepClone();
}

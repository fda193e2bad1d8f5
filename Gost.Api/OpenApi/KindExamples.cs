using System.Text.Json.Nodes;
using Gost.Engine.Config;

namespace Gost.Api.OpenApi;

/// <summary>One real body per kind, as a user would send it.</summary>
internal static class KindExamples
{
    /// <summary>The body of a kind's example.</summary>
    public static JsonObject Of(ConfigKind kind) => JsonNode.Parse(Text(kind)) as JsonObject ?? [];

    private static string Text(ConfigKind kind) => kind.Name switch
    {
        "services" => """{"name":"web","addr":":8080","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"target-0","addr":"127.0.0.1:8000"},{"name":"target-1","addr":"127.0.0.1:8001"}],"selector":{"strategy":"round","maxFails":1,"failTimeout":"30s"}}}""",
        "chains" => """{"name":"chain-0","hops":[{"name":"hop-0","nodes":[{"name":"node-0","addr":"192.168.1.2:8443","connector":{"type":"forward"},"dialer":{"type":"tcp"}}]}]}""",
        "hops" => """{"name":"hop-0","selector":{"strategy":"fifo","maxFails":1,"failTimeout":"10s"},"nodes":[{"name":"node-0","addr":"192.168.1.2:8443","connector":{"type":"tcp"},"dialer":{"type":"tcp"}}]}""",
        "authers" => """{"name":"auther-0","auths":[{"username":"user1","password":"pass1"}]}""",
        "admissions" => """{"name":"admission-0","whitelist":true,"matchers":["127.0.0.1","192.168.0.0/16"]}""",
        "bypasses" => """{"name":"bypass-0","matchers":["*.example.org","10.0.0.0/8"]}""",
        "resolvers" => """{"name":"resolver-0","nameservers":[{"addr":"udp://192.168.1.53:53","ttl":"30s","timeout":"3s"}]}""",
        "hosts" => """{"name":"hosts-0","mappings":[{"ip":"127.0.0.1","hostname":"web.internal","aliases":["www.internal"]}]}""",
        "ingresses" => """{"name":"ingress-0","rules":[{"hostname":"example.org","endpoint":"4d21094e-b74c-4916-86c1-d9fa36ea677b"}]}""",
        "routers" => """{"name":"router-0","routes":[{"dst":"192.168.1.0/24","gateway":"192.168.123.2"}]}""",
        "sds" => """{"name":"sd-0","plugin":{"type":"grpc","addr":"127.0.0.1:8000"}}""",
        "recorders" => """{"name":"recorder-0","file":{"path":"records.txt","sep":"\n"}}""",
        "limiters" => """{"name":"limiter-0","limits":["$ 100MB 100MB","$$ 10MB"]}""",
        "climiters" => """{"name":"climiter-0","limits":["$ 1000","$$ 100"]}""",
        "rlimiters" => """{"name":"rlimiter-0","limits":["$ 100","$$ 10"]}""",
        "quotas" => """{"name":"quota-0","limit":"10GB","direction":"both"}""",
        "observers" => """{"name":"observer-0","plugin":{"type":"http","addr":"http://127.0.0.1:8000/observer"}}""",
        "rewriters" => """{"name":"rewriter-0","plugin":{"type":"http","addr":"http://127.0.0.1:8000/rewriter"}}""",
        "caches" => """{"name":"cache-0","memory":{"ttl":"60s","maxSize":1000}}""",
        "loggers" => """{"name":"logger-0","log":{"output":"stderr","level":"debug","format":"json"}}""",
        _ => """{"name":"example"}""",
    };
}

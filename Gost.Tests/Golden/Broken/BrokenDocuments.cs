using System.Text;
using Gost.Engine.Config;

namespace Gost.Tests.Golden.Broken;

/// <summary>More than 200 bodies that no part of the program may accept, hang on or fall over.</summary>
public static class BrokenDocuments
{
    private const int MegaByte = 1024 * 1024;

    /// <summary>Every case; names are unique.</summary>
    public static IReadOnlyList<BrokenDocument> All { get; } =
    [
        .. MalformedJson(), .. BadEncodings(), .. WrongTypes(), .. BadValues(), .. BadNames(), .. Documents(), .. MalformedYaml(), .. YamlBombs(), .. Deep(), .. Large(),
    ];

    private static IEnumerable<BrokenDocument> MalformedJson() => Number("json", ConfigFormat.Json,
    [
        "", " ", "\n\n\t", "{", "}", "[", "]", "[]", "[{}]", "null", "true", "false", "1", "-1.5e3", "\"text\"", "nul", "undefined", "NaN", "Infinity",
        "{]", "[}", "{{}}", "{,}", "{\"a\"}", "{\"name\"}", "{\"name\":}", "{\"name\":\"a\",}", "{\"name\":\"a\"", "{\"name\":\"a", "{\"name\":\"a\"}}",
        "{\"name\":\"a\"} {\"name\":\"b\"}", "{\"name\":\"a\"} x", "{\"name\":\"a\"}\n,", "{name:\"a\"}", "{'name':'a'}", "{\"name\":'a'}",
        "{\"name\" \"a\"}", "{\"name\"=\"a\"}", "{\"name\"::\"a\"}", "{\"name\":\"a\" \"addr\":\":1\"}", "{\"name\":\"a\";\"addr\":\":1\"}",
        "{\"name\":\"a\"} // comment", "/* c */ {\"name\":\"a\"}", "{\"name\":\"a\" /* c */}", "# {\"name\":\"a\"}",
        "{\"name\":\"a\\x\"}", "{\"name\":\"a\\u12\"}", "{\"name\":\"a\\u12G4\"}", "{\"name\":\"\\ud800\"}", "{\"name\":\"\\udc00x\"}", "{\"name\":\"a\nb\"}",
        "{\"name\":\"a\tb\"}", "{\"name\":01}", "{\"name\":+1}", "{\"name\":1.}", "{\"name\":.5}", "{\"name\":0x10}", "{\"name\":1e}", "{\"name\":--1}",
        "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"a\",\"NAME\":\"b\"}", "{\"name\":\"a\",\"handler\":{\"type\":\"tcp\",\"Type\":\"udp\"}}",
        "{\"name\":\"a\",\"metadata\":{\"keepAlive\":1,\"keepalive\":2}}", "name=a&addr=:8080", "<service name=\"a\"/>",
    ], isDocument: false);

    private static IEnumerable<BrokenDocument> BadEncodings()
    {
        byte[][] bodies =
        [
            [0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0], [0xC3, 0x28], [.. "{\"name\":\""u8, 0xFF, .. "\"}"u8], [.. "{\"name\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8],
            [.. "{\"name\":\""u8, 0xC0, 0x80, .. "\"}"u8], [0], [0, 0, 0, 0], [.. "{\"name\":\"a"u8, 0, .. "b\"}"u8], [.. "{"u8, 0, .. "}"u8], [0xEF, 0xBB, 0xBF], [0x1F, 0x8B, 8, 0],
        ];
        foreach (var format in new[] { ConfigFormat.Json, ConfigFormat.Yaml })
        {
            for (var i = 0; i < bodies.Length; i++)
            {
                yield return new BrokenDocument($"encoding-{format}-{i}", bodies[i], format, 400, IsDocument: false);
            }
        }
    }

    private static IEnumerable<BrokenDocument> WrongTypes()
    {
        (string Member, string[] Values)[] cases =
        [
            ("addr", ["1", "true", "[]", "{}", "[\":1\"]"]),
            ("admission", ["1", "false", "{}"]),
            ("hosts", ["[]", "0.5"]),
            ("admissions", ["\"a\"", "1", "{}", "[1]", "[null]", "[[]]", "[{}]"]),
            ("handler", ["\"tcp\"", "1", "[]", "true", "{\"type\":1}", "{\"type\":{}}", "{\"retries\":\"x\"}", "{\"retries\":1.5}", "{\"retries\":true}",
                "{\"retries\":9223372036854775808}", "{\"metadata\":[]}", "{\"metadata\":\"x\"}", "{\"auth\":\"u:p\"}", "{\"auth\":{\"username\":1}}"]),
            ("listener", ["\"tcp\"", "0", "[{}]", "{\"tls\":\"yes\"}", "{\"tls\":{\"secure\":\"maybe\"}}", "{\"tls\":{\"secure\":2}}", "{\"tls\":{\"options\":{\"alpn\":\"h2\"}}}"]),
            ("forwarder", ["\"h:1\"", "[]", "{\"nodes\":{}}", "{\"nodes\":\"h:1\"}", "{\"nodes\":[\"h:1\"]}", "{\"nodes\":[null]}", "{\"nodes\":[1]}",
                "{\"nodes\":[{\"addr\":8080}]}", "{\"nodes\":[[]]}", "{\"selector\":\"round\"}", "{\"selector\":{\"maxFails\":\"many\"}}",
                "{\"selector\":{\"failTimeout\":60}}", "{\"selector\":{\"failTimeout\":\"60\"}}", "{\"selector\":{\"failTimeout\":\"soon\"}}",
                "{\"selector\":{\"failTimeout\":true}}", "{\"selector\":{\"failTimeout\":1.5}}", "{\"selector\":{\"failTimeout\":1e300}}", "{\"selector\":{\"failTimeout\":{}}}"]),
            ("metadata", ["[]", "\"x\"", "1", "{\"x\":1e999}", "{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}"]),
            ("sockopts", ["1", "{\"mark\":\"x\"}"]),
            ("recorders", ["{}", "[\"r\"]"]),
            ("quotas", ["true"]),
        ];
        return cases.SelectMany(x => x.Values.Select((value, i) => Case($"type-{x.Member}-{i}", $"{{\"name\":\"broken\",\"{x.Member}\":{value}}}", ConfigFormat.Json, isDocument: false)));
    }

    private static IEnumerable<BrokenDocument> BadValues() => Number("value", ConfigFormat.Json,
    [
        "{}", "{\"name\":\"\"}", "{\"name\":\"broken\",\"nodes\":[]}", "{\"name\":\"broken\",\"adr\":\":1\"}", "{\"name\":\"broken\",\"handler\":{\"typ\":\"tcp\"}}",
        .. new[] { "8080", ":99999", ":-1", ":http", ":1-5", ":1,:2", "[::1", "[::1]", "::1:1", "[127.0.0.1]:1", "999.1.1.1:1", "a b:1", "a/b:1", "http://h:1", ":1 ", "\\u0000:1", "h:" }
            .Select(static x => $"{{\"name\":\"broken\",\"addr\":\"{x}\",\"handler\":{{\"type\":\"tcp\"}},\"listener\":{{\"type\":\"tcp\"}}}}"),
        .. new[] { "", ":1-5", "h:99999", "[::1", "a b:1", "h:x", "h:1/path", "h:1,h:2" }
            .Select(static x => $"{{\"name\":\"broken\",\"handler\":{{\"type\":\"tcp\"}},\"forwarder\":{{\"nodes\":[{{\"name\":\"t\",\"addr\":\"{x}\"}}]}}}}"),
        .. new[] { "nope", "TCP", "tcp ", "../tcp", "ttcp" }.Select(static x => $"{{\"name\":\"broken\",\"handler\":{{\"type\":\"{x}\"}}}}"),
        .. new[] { "nope", "UDP", "\\u0000" }.Select(static x => $"{{\"name\":\"broken\",\"handler\":{{\"type\":\"tcp\"}},\"listener\":{{\"type\":\"{x}\"}}}}"),
        "{\"name\":\"broken\",\"handler\":{\"type\":\"udp\"},\"listener\":{\"type\":\"tcp\"}}",
        "{\"name\":\"broken\",\"handler\":{\"type\":\"tcp\"},\"metadata\":{\"preUp\":[\"id\"]}}",
        "{\"name\":\"broken\",\"handler\":{\"type\":\"tcp\",\"retries\":-1}}",
        "{\"name\":\"broken\",\"handler\":{\"type\":\"tcp\"},\"limiter\":\"l\"}",
        "{\"name\":\"broken\",\"handler\":{\"type\":\"tcp\"},\"listener\":{\"type\":\"tcp\",\"tls\":{\"certFile\":\"../../../../etc/passwd\"}}}",
    ], isDocument: false);

    private static IEnumerable<BrokenDocument> BadNames() => new[]
    {
        "   ", ".", "..", "a/b", "../a", "/etc/passwd", "..\\\\a", "a?b", "a#b", "%2e%2e", "a\\u0000b", "a\\u0001b", "a\\nb", "a\\u007fb", "\\u0085x\\u0085y", new string('n', 300),
    }.Select(static (x, i) => Case($"name-{i}", $"{{\"name\":\"{x}\",\"handler\":{{\"type\":\"tcp\"}},\"listener\":{{\"type\":\"tcp\"}}}}", ConfigFormat.Json, isDocument: false));

    private static IEnumerable<BrokenDocument> Documents() => Number("document", ConfigFormat.Json,
    [
        "[]", "{\"services\":{}}", "{\"services\":\"all\"}", "{\"services\":[1]}", "{\"services\":[null]}", "{\"services\":[[]]}", "{\"service\":[]}",
        "{\"services\":[],\"Services\":[]}", "{\"services\":[{}]}", "{\"chains\":[{\"name\":\"c\",\"hops\":\"h\"}]}", "{\"chains\":[{\"name\":\"c\",\"hops\":[\"h\"]}]}",
        "{\"chains\":[{\"name\":\"c\",\"hops\":[{}]}]}", "{\"hops\":[{\"name\":\"h\",\"nodes\":[{\"name\":\"n\",\"addr\":\"h\",\"dialer\":{}}]}]}",
        "{\"admissions\":[{\"name\":\"a\",\"matchers\":[\"example.org\"]}]}", "{\"hosts\":[{\"name\":\"h\",\"mappings\":[{\"ip\":\"x\",\"hostname\":\"y\"}]}]}",
        "{\"authers\":[{\"auths\":[]}]}", "{\"authers\":[{\"name\":\"a\",\"reload\":60}]}", "{\"log\":[]}", "{\"api\":{\"accesslog\":\"maybe\"}}", "{\"tls\":{\"validity\":\"1 year\"}}",
        "{\"services\":[{\"name\":\"a\",\"handler\":{\"type\":\"tcp\"}},{\"name\":\"a\",\"handler\":{\"type\":\"tcp\"}}]}",
    ], isDocument: true);

    private static IEnumerable<BrokenDocument> MalformedYaml() => Number("yaml", ConfigFormat.Yaml,
    [
        "", "\n", "# only a comment", "---", "--- \n...\n", "~", "text", "- a", "services:\n  - name: a\n addr: b", "services:\n\t- name: a", "a: b: c", "services: [", "services: {", "\"services", "'services: x",
        "services: ]", "services: *missing", "services: &a [*a]", "services: !!set {a}", "services: !custom []", "a: !!python/object:os.system x", "? [a, b]\n: c", "? {a: b}\n: c",
        "services: []\n---\nservices: []", "services: []\nservices: []", "services: []\nSERVICES: []", "services:\n  - name: a\n    name: b", "%YAML 9.9\n---\nservices: []\n%", "services: |\n  text", "services: text",
        "services: {}", "services: 1", "services:\n  - a", "services:\n  -", "service:\n  - name: a", "services:\n  - nmae: a", "services:\n  - name: [a]", "services:\n  - name: a\n    addr: {b: c}",
        "services:\n  - name: a\n    forwarder:\n      selector:\n        failTimeout: 60", "services:\n  - name: a\n    handler: tcp", "services:\n  - name: a\n    handler: [tcp]",
        "services:\n  - <<: x\n    name: a", "services:\n  - <<: [x]\n    name: a", "services: @x", "services: `x`", "services: %x", "services:\n  - name: \"a\\q\"", "services:\n  - name: \"a\\0b\"\n    handler: {type: tcp}",
        "services: [}", "{services: [}", "services: 'a", "services: \"a\\", "services: >\n", "-\n-\n-", "services:\n  - name: a\n    metadata:\n      x: .nan", "services:\n  - name: a\n    metadata:\n      X: 1\n      x: 2",
        "services:\n- name: ..\n  handler: {type: tcp}", "services:\n- name: a/b\n  handler: {type: tcp}", "\u0001", "services: \u007f", "*a", "&a", "!", "&a *a", "services: [*a, &a b]",
    ], isDocument: true);

    private static IEnumerable<BrokenDocument> YamlBombs()
    {
        StringBuilder laughs = new("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            laughs.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        yield return Case("bomb-billion-laughs", laughs.ToString(), ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-laughs-in-metadata", $"services:\n  - name: a\n    handler: {{type: tcp}}\n    metadata:\n      {laughs.ToString().TrimEnd().Replace("\n", "\n      ", StringComparison.Ordinal)}\n", ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-many-aliases", $"a: &a x\nservices: [{string.Join(',', Enumerable.Repeat("*a", 100_000))}]", ConfigFormat.Yaml, isDocument: true);
        StringBuilder merges = new("m0: &m0 {a: 1}\n");
        for (var i = 1; i < 2_000; i++)
        {
            merges.Append($"m{i}: &m{i} {{<<: *m{i - 1}, k{i}: 1}}\n");
        }

        yield return Case("bomb-merge-keys", merges.ToString(), ConfigFormat.Yaml, isDocument: true);
        StringBuilder deep = new("d0: &d0 [x]\n");
        for (var i = 1; i < 500; i++)
        {
            deep.Append($"d{i}: &d{i} [*d{i - 1}]\n");
        }

        yield return Case("bomb-deep-aliases", deep.ToString(), ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-self-reference", "services: &s\n  - *s\n", ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-many-keys", string.Concat(Enumerable.Range(0, 100_000).Select(x => $"key{x}: 1\n")), ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-many-anchors", string.Concat(Enumerable.Range(0, 50_000).Select(x => $"- &a{x} x\n")), ConfigFormat.Yaml, isDocument: true);
        yield return Case("bomb-long-scalar-key", $"{new string('k', 2_000)}: 1\n", ConfigFormat.Yaml, isDocument: true);
    }

    private static IEnumerable<BrokenDocument> Deep()
    {
        const int depth = 10_000;
        yield return Case("deep-json-arrays", new string('[', depth) + new string(']', depth), ConfigFormat.Json, isDocument: false);
        yield return Case("deep-json-arrays-open", new string('[', depth), ConfigFormat.Json, isDocument: false);
        yield return Case("deep-json-objects", string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth), ConfigFormat.Json, isDocument: false);
        yield return Case("deep-json-metadata", "{\"name\":\"a\",\"metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth + 1), ConfigFormat.Json, isDocument: false);
        yield return Case("deep-json-65", "{\"name\":\"a\",\"metadata\":{\"a\":" + new string('[', 63) + new string(']', 63) + "}}", ConfigFormat.Json, isDocument: false);
        yield return Case("deep-yaml-flow", new string('[', depth) + new string(']', depth), ConfigFormat.Yaml, isDocument: true);
        yield return Case("deep-yaml-flow-open", new string('[', depth), ConfigFormat.Yaml, isDocument: true);
        yield return Case("deep-yaml-flow-maps", string.Concat(Enumerable.Repeat("{a: ", depth)), ConfigFormat.Yaml, isDocument: true);
        yield return Case("deep-yaml-dashes", string.Concat(Enumerable.Repeat("- ", depth)) + "a", ConfigFormat.Yaml, isDocument: true);
        yield return Case("deep-yaml-questions", string.Concat(Enumerable.Repeat("? ", depth)) + "a", ConfigFormat.Yaml, isDocument: true);
        yield return Case("deep-yaml-indent", string.Concat(Enumerable.Range(0, 2_000).Select(x => new string(' ', x) + "a:\n")), ConfigFormat.Yaml, isDocument: true);
    }

    private static IEnumerable<BrokenDocument> Large()
    {
        yield return Case("large-json-blanks", new string(' ', 5 * MegaByte), ConfigFormat.Json, isDocument: false, 413);
        yield return Case("large-json-name", $"{{\"name\":\"{new string('a', 5 * MegaByte)}\",\"handler\":{{\"type\":\"tcp\"}}}}", ConfigFormat.Json, isDocument: false, 413);
        yield return Case("large-json-array", "[" + string.Concat(Enumerable.Repeat("1,", 5 * MegaByte / 2)) + "1]", ConfigFormat.Json, isDocument: false, 413);
        yield return Case("large-json-open", new string('[', 5 * MegaByte), ConfigFormat.Json, isDocument: false, 413);
        yield return Case("large-yaml-dashes", string.Concat(Enumerable.Repeat("- ", 5 * MegaByte / 2)), ConfigFormat.Yaml, isDocument: true, 413);
        yield return Case("large-yaml-text", new string('a', 5 * MegaByte), ConfigFormat.Yaml, isDocument: true, 413);
        yield return Case("large-yaml-open", new string('{', 5 * MegaByte), ConfigFormat.Yaml, isDocument: true, 413);
        yield return Case("unknown-members-json", $"{{{string.Join(',', Enumerable.Range(0, 50_000).Select(x => $"\"member{x}\":{x}"))}}}", ConfigFormat.Json, isDocument: false);
        yield return Case("long-unknown-member", $"{{\"{new string('m', MegaByte)}\":1}}", ConfigFormat.Json, isDocument: false);
        yield return Case("long-number", $"{{\"name\":\"a\",\"handler\":{{\"retries\":{new string('9', MegaByte)}}}}}", ConfigFormat.Json, isDocument: false);
        yield return Case("long-duration", $"{{\"name\":\"a\",\"forwarder\":{{\"selector\":{{\"failTimeout\":\"{new string('9', MegaByte)}s\"}}}}}}", ConfigFormat.Json, isDocument: false);
    }

    private static IEnumerable<BrokenDocument> Number(string prefix, ConfigFormat format, string[] bodies, bool isDocument) =>
        bodies.Select((x, i) => Case($"{prefix}-{i}", x, format, isDocument));

    private static BrokenDocument Case(string name, string body, ConfigFormat format, bool isDocument, int status = 400) =>
        new(name, Encoding.UTF8.GetBytes(body), format, status, isDocument);
}

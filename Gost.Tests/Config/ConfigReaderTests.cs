using System.Text;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.Config.Values;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Config;

public sealed class ConfigReaderTests
{
    [Fact]
    public void ReadObject_SeveralMistakes_AreFoundAtOnceWithLines()
    {
        var read = ConfigReader.ReadObject(
            ConfigKind.Services,
            """
            {
              "name": "web",
              "adr": ":8080",
              "handler": {"type": "tcp", "retries": "many"},
              "forwarder": {
                "selector": {"failTimeout": 60},
                "nodes": [
                  {"name": "t", "addr": 8000}
                ]
              }
            }
            """u8.ToArray(),
            ConfigFormat.Json);

        Assert.Null(read.Value);
        Assert.Equal(
            [("/adr", 3, "addr"), ("/handler/retries", 4, null), ("/forwarder/selector/failTimeout", 6, "60s"), ("/forwarder/nodes/0/addr", 8, "\"8000\"")],
            read.Findings.Select(x => (x.Pointer, x.Line!.Value, x.Suggestion)));
        Assert.Contains("did you mean \"addr\"?", read.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("60 means 60 ns, write 60s", read.Findings[2].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\":\"a\",\"NAME\":\"b\"}", ConfigFormat.Json, "/NAME")]
    [InlineData("name: a\nName: b\n", ConfigFormat.Yaml, "/Name")]
    [InlineData("name: a\nmetadata:\n  keepAlive: 1\n  keepalive: 2\n", ConfigFormat.Yaml, "/metadata/keepalive")]
    public void ReadObject_KeysEqualButForCase_AreRefused(string text, ConfigFormat format, string pointer)
    {
        var finding = Assert.Single(Read(text, format).Findings);
        Assert.Equal(pointer, finding.Pointer);
        Assert.Contains("is there twice", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadObject_WeakTypes_AreTaken()
    {
        var service = Service("name: a\nhandler: {type: tcp, retries: \"3\"}\nlistener: {type: tcp, tls: {secure: 1, rejectUnknownSNI: \"T\"}}\nforwarder: {selector: {maxFails: 0x10, failTimeout: 30000000000}, nodes: []}\n");

        Assert.Equal(3, service.Handler!.Retries);
        Assert.True(service.Listener!.Tls!.Secure);
        Assert.True(service.Listener.Tls.RejectUnknownSni);
        Assert.Equal(16, service.Forwarder!.Selector!.MaxFails);
        Assert.Equal("30s", service.Forwarder.Selector.FailTimeout.ToString());
    }

    [Fact]
    public void ReadObject_KeysInAnyCase_AreWrittenInGostsSpelling()
    {
        var service = Service("NAME: a\nHandler:\n  TYPE: tcp\n  MetaData:\n    KeepAlive: true\n");

        Assert.Equal("name: a\nhandler:\n  type: tcp\n  metadata:\n    KeepAlive: true\n", ConfigWriter.Write(service, ConfigFormat.Yaml));
    }

    [Fact]
    public void ReadObject_PlainYamlScalars_AreTextWhereTextIsWanted()
    {
        var service = Service("name: 007\naddr: :8080\nhandler: {type: tcp, auth: {username: yes, password: 1.10}}\n");

        Assert.Equal(("007", "yes", "1.10"), (service.Name, service.Handler!.Auth!.Username, service.Handler.Auth.Password));
    }

    [Fact]
    public void ReadObject_Metadata_KeepsTypes()
    {
        var metadata = Service("""{"name":"a","metadata":{"s":"1","b":true,"i":5,"f":0.5,"w":1e3,"n":null,"l":[1,"x",{"a":false}],"big":1e300}}""", ConfigFormat.Json).Metadata;

        Assert.Equal("1", metadata["s"]);
        Assert.Equal(true, metadata["b"]);
        Assert.Equal(5L, metadata["I"]);
        Assert.Equal(0.5, metadata["f"]);
        Assert.Equal(1000L, metadata["w"]);
        Assert.Null(metadata["n"]);
        Assert.Equal(1e300, metadata["big"]);
        Assert.Equal(3, Assert.IsType<ConfigList<object?>>(metadata["l"]).Count);
    }

    [Fact]
    public void ReadObject_WhatClientsSendBack_IsDroppedSilently()
    {
        var read = Read("""{"_id_":1,"_key_":"x","name":" a ","status":{"state":"running"},"handler":null,"metadata":{"_x":1,"status":2}}""", ConfigFormat.Json);

        var service = Assert.IsType<ServiceConfig>(read.Value);
        Assert.Empty(read.Findings);
        Assert.Equal("a", service.Name);
        Assert.Null(service.Handler);
        Assert.Equal(2, service.Metadata.Count);
    }

    [Fact]
    public void ReadObject_ChainGroupEntries_TakePlainNames()
    {
        var service = Service("""{"name":"a","handler":{"type":"tcp","chainGroup":{"chains":["c1",{"chain":"c2"}]}}}""", ConfigFormat.Json);

        Assert.Equal(["c1", "c2"], service.Handler!.ChainGroup!.Chains.Select(x => x.Chain));
    }

    [Fact]
    public void ReadDocument_AliasesAndMergeKeys_WorkWithinTheBudget()
    {
        var read = ConfigReader.ReadDocument(
            Encoding.UTF8.GetBytes("""
                services:
                  - &base
                    name: a
                    handler: &h {type: tcp}
                    listener: {type: tcp}
                  - name: b
                    <<: *base
                    handler: {<<: *h, retries: 2}
                """),
            ConfigFormat.Yaml);

        Assert.Empty(read.Findings);
        Assert.Equal(["a", "b"], read.Value!.Services.Select(x => x.Name));
        Assert.Equal(("tcp", 2), (read.Value.Services[1].Handler!.Type, read.Value.Services[1].Handler!.Retries));
        Assert.Equal("tcp", read.Value.Services[1].Listener!.Type);
    }

    [Fact]
    public void Lines_PointerOfLaterFinding_IsFoundOrItsNearestParent()
    {
        var read = Read("name: a\nHandler:\n  type: tcp\nforwarder:\n  nodes:\n    - name: t\n      addr: x\n    - name: u\n");

        Assert.Equal(
            [1, 2, 3, 7, 8, 8, 4],
            new[] { "/name", "/handler", "/handler/type", "/forwarder/nodes/0/addr", "/forwarder/nodes/1", "/forwarder/nodes/1/addr", "/forwarder/selector/strategy" }.Select(x => read.Lines.LineOf(x) ?? 0));
        Assert.Equal(7, read.Lines.Locate(new Finding("/forwarder/nodes/0/addr", "x")).Line);
        Assert.Null(SourceMap.Empty.LineOf("/name"));
    }

    [Fact]
    public void ReadDocument_ManyMistakes_AreCountedNotListed()
    {
        var read = ConfigReader.ReadDocument(Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 1_000).Select(x => $"\"m{x}\":1"))}}}"), ConfigFormat.Json);

        Assert.Equal(201, read.Findings.Length);
        Assert.Equal("and 800 more", read.Findings[^1].Message);
    }

    [Fact]
    public void ReadDocument_ByteOrderMark_IsSkipped()
    {
        Assert.NotNull(ConfigReader.ReadDocument(Encoding.UTF8.GetBytes("\uFEFF{\"services\":null}"), ConfigFormat.Json).Value);
        Assert.NotNull(ConfigReader.ReadDocument(Encoding.UTF8.GetBytes("\uFEFFservices: []\n"), ConfigFormat.Yaml).Value);
        Assert.Equal(ConfigFormat.Json, ConfigReader.Detect(Encoding.UTF8.GetBytes("\uFEFF\n {")));
        Assert.Equal(ConfigFormat.Yaml, ConfigReader.Detect("services: []"u8));
    }

    [Fact]
    public void ReadDocument_PortForwardingPageAsPrinted_HasWarningsOnly()
    {
        // The two slips of GOST's page: two nodes of one name, and a chain at a listener that does not bind remotely.
        var read = ConfigReader.ReadDocument(
            Encoding.UTF8.GetBytes("""
                services:
                - name: service-0
                  addr: :8080
                  handler:
                    type: tcp
                  listener:
                    type: tcp
                  forwarder:
                    nodes:
                    - name: target-0
                      addr: 192.168.1.1:80
                    - name: target-1
                      addr: 192.168.1.2:80
                    - name: target-1
                      addr: 192.168.1.3:8080
                    selector:
                      strategy: round
                      maxFails: 1
                      failTimeout: 30s
                - name: service-1
                  addr: ":8081"
                  handler:
                    type: tcp
                  listener:
                    type: tcp
                    chain: chain-0
                - name: service-2
                  addr: :10053
                  handler:
                    type: udp
                  listener:
                    type: udp
                    metadata:
                      keepAlive: true
                      ttl: 5s
                      readBufferSize: 4096
                  forwarder:
                    nodes:
                    - name: target-0
                      addr: 192.168.1.1:53
                chains:
                - name: chain-0
                  hops:
                  - name: hop-0
                    nodes:
                    - name: node-0
                      addr: :8443
                      connector:
                        type: forward
                      dialer:
                        type: tcp
                """),
            ConfigFormat.Yaml);
        Assert.Empty(read.Findings);

        var types = PlainTypes.Named("tcp", "udp", "forward");
        var findings = ConfigValidator.ValidateDocument(read.Value!, new ValidationContext(new SupportedTypes(types, types, types, types), null, FilesRestricted: true));
        Assert.Equal(
            [("/services/0/forwarder/nodes/2/name", FindingSeverity.Warning), ("/services/1/listener/chain", FindingSeverity.Warning)],
            findings.Select(x => (x.Pointer, x.Severity)));
    }

    private static ReadResult<NamedConfig> Read(string text, ConfigFormat format = ConfigFormat.Yaml) =>
        ConfigReader.ReadObject(ConfigKind.Services, Encoding.UTF8.GetBytes(text), format);

    private static ServiceConfig Service(string text, ConfigFormat format = ConfigFormat.Yaml)
    {
        var read = Read(text, format);
        Assert.Empty(read.Findings);
        return Assert.IsType<ServiceConfig>(read.Value);
    }
}

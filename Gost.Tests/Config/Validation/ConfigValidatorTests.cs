using System.Collections.Immutable;
using System.Text;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Config.Validation;

public sealed class ConfigValidatorTests
{
    private static readonly ValidationContext Context = new(
        new SupportedTypes(
            PlainTypes.Named("tcp", "udp", "rtcp", "rudp"),
            PlainTypes.Named("tcp", "udp", "rtcp", "rudp", "forward"),
            PlainTypes.Named("tcp", "direct", "virtual"),
            PlainTypes.Named("tcp", "forward", "direct", "virtual")),
        FilesFolder: null,
        FilesRestricted: false);

    [Fact]
    public void ValidateObject_HopOfNodesWithoutTypes_IsForTargets()
    {
        var findings = Read(ConfigKind.Hops, """{"name":"h","nodes":[{"name":"n","addr":"a"},{"name":"m","addr":"b:1","connector":{"type":"socks5"}}]}""");

        Assert.Equal(
            [("/nodes/1/connector/type", FindingSeverity.Error), ("/nodes/0", FindingSeverity.Warning), ("/nodes/0/addr", FindingSeverity.Warning)],
            findings.Select(static x => (x.Pointer, x.Severity)));
        Assert.Contains("usable as a forward target only", findings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ValidateObject_PlainForward_HasNoFindings() =>
        Assert.Empty(Service("""{"name":"web","addr":":8080","handler":{"type":"tcp"},"listener":{"type":"tcp"},"forwarder":{"nodes":[{"name":"target-0","addr":"127.0.0.1:8000"}]}}"""));

    [Theory]
    [InlineData("""{"addr":":8080","handler":{"type":"tcp"}}""", "/name", "service name is required")]
    [InlineData("""{"name":"  ","handler":{"type":"tcp"}}""", "/name", "service name is required")]
    [InlineData("""{"name":"a/b","handler":{"type":"tcp"}}""", "/name", "cannot be reached by path")]
    [InlineData("""{"name":"..","handler":{"type":"tcp"}}""", "/name", "cannot be reached by path")]
    [InlineData("""{"name":"a\u0001","handler":{"type":"tcp"}}""", "/name", "control characters")]
    [InlineData("""{"name":"a"}""", "/handler/type", "handler type auto (the default when none is given) is not supported by this build")]
    [InlineData("""{"name":"a","handler":{"type":"socks5"}}""", "/handler/type", "handler type socks5 is not supported by this build")]
    [InlineData("""{"name":"a","handler":{"type":"tpc"}}""", "/handler/type", "unknown handler: tpc; did you mean tcp?")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"type":"TCP"}}""", "/listener/type", "unknown listener: TCP; did you mean tcp?")]
    [InlineData("""{"name":"a","handler":{"type":"udp"},"listener":{"type":"tcp"}}""", "/handler/type", "cannot serve listener tcp")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"type":"rudp"}}""", "/handler/type", "cannot serve listener rudp")]
    [InlineData("""{"name":"a","addr":"8080","handler":{"type":"tcp"}}""", "/addr", "did you mean :8080?")]
    [InlineData("""{"name":"a","addr":":8000-8003","handler":{"type":"tcp"}}""", "/addr", "ranges exist only on the command line")]
    [InlineData("""{"name":"a","addr":":65536","handler":{"type":"tcp"}}""", "/addr", "above 65535")]
    [InlineData("""{"name":"a","addr":":http","handler":{"type":"tcp"}}""", "/addr", "no number")]
    [InlineData("""{"name":"a","addr":"::1:80","handler":{"type":"tcp"}}""", "/addr", "in brackets")]
    [InlineData("""{"name":"a","addr":"1.2.3.4.5:80","handler":{"type":"tcp"}}""", "/addr", "no IPv4 address")]
    [InlineData("""{"name":"a","addr":":80,:81","handler":{"type":"tcp"}}""", "/addr", "several addresses")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1-2"}]}}""", "/forwarder/nodes/0/addr", "port range")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t"}]}}""", "/forwarder/nodes/0/addr", "no addr")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","network":"ipx"}]}}""", "/forwarder/nodes/0/network", "unknown network")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"selector":{"strategy":"parallel"},"nodes":[{"name":"t","addr":"h:1"}]}}""", "/forwarder/selector/strategy", "parallel")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","chainGroup":{"chains":["c",{"matcher":{"rule":"Network(`tcp`)"}}]}}}""", "/handler/chainGroup/chains/1", "names no chain")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","chainGroup":{"chains":[{"chain":"c","matcher":{"rule":"Hosst(`a`)"}}]}}}""", "/handler/chainGroup/chains/0/matcher/rule", "at position 1: unknown function Hosst; did you mean Host?")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"hopGroup":{"hops":[""]},"nodes":[]}}""", "/forwarder/hopGroup/hops/0", "names no hop")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","matcher":{"rule":"Network(`tcp`) &&"}}]}}""", "/forwarder/nodes/0/matcher/rule", "at position 18")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"bypass":"b"}""", "/bypass", "compat.ignoreUnsupported")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"climiter":"b"}""", "/climiter", "not enforced")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","limiter":"l"}}""", "/handler/limiter", "not enforced")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"quotas":["q"]}""", "/quotas", "not enforced")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"metadata":{"preUp":["rm -rf /"]}}""", "/metadata/preUp", "commands")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"metadata":{"netns":"x"}}""", "/metadata/netns", "not supported")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","probe":{"type":"cmd"}}]}}""", "/forwarder/nodes/0/probe", "commands")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","retries":-1}}""", "/handler/retries", "from 0")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","metadata":{"weight":"heavy"}}]}}""", "/forwarder/nodes/0/metadata/weight", "integer")]
    public void ValidateObject_BadService_IsError(string json, string pointer, string message)
    {
        var finding = Assert.Single(Service(json), x => x.Severity == FindingSeverity.Error);
        Assert.Equal(pointer, finding.Pointer);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"type":"tcp","chain":"c"}}""", "/listener/chain", "acts as handler.chain")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","chain":"d"},"listener":{"type":"tcp","chain":"c"}}""", "/listener/chain", "has no effect")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"bypass":"b","metadata":{"compat.ignoreUnsupported":true}}""", "/bypass", "not enforced")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h"}]}}""", "/forwarder/nodes/0/addr", "port 0 is dialled")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1"},{"name":"t","addr":"h:2"}]}}""", "/forwarder/nodes/1/name", "used twice")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"selector":{"strategy":"ruond"},"nodes":[]}}""", "/forwarder/selector/strategy", "did you mean round?")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","auth":{"username":"u"}}}""", "/handler/auth", "no credentials")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","auther":"u"}}""", "/handler/auther", "no credentials")]
    [InlineData("""{"name":"a","handler":{"type":"tcp","tls":{}}}""", "/handler/tls", "no effect on handler type tcp")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"type":"tcp","authers":["u"]}}""", "/listener/authers", "no credentials")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"tls":{"certFile":"c.pem"}}}""", "/listener/tls", "no effect on listener type tcp")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","probe":{"type":"tcp"}}]}}""", "/forwarder/nodes/0/probe", "no effect yet")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"hopGroup":{"hops":["h"]},"nodes":[{"name":"t","addr":"h:1"}]}}""", "/forwarder/hopGroup", "beside it have no effect")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","filter":{"host":"a"}}]}}""", "/forwarder/nodes/0/filter", "names no host")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","protocol":"http"}]}}""", "/forwarder/nodes/0/protocol", "look into the stream")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"h:1","matcher":{"rule":"Path(`/a`) || Network(`tcp`)"}}]}}""", "/forwarder/nodes/0/matcher/rule", "Path of the matcher")]
    [InlineData("""{"name":"a","handler":{"type":"tcp"},"listener":{"chainGroup":{"chains":["c"]}}}""", "/listener/chainGroup", "acts as handler.chainGroup")]
    public void ValidateObject_OddService_IsWarning(string json, string pointer, string message)
    {
        var finding = Assert.Single(Service(json));
        Assert.Equal((pointer, FindingSeverity.Warning), (finding.Pointer, finding.Severity));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":0")]
    [InlineData(":8080")]
    [InlineData("0.0.0.0:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("[fe80::1%eth0]:8080")]
    [InlineData("localhost:1")]
    [InlineData("my-host.example.org:65535")]
    public void ValidateObject_GoodAddress_IsAccepted(string addr) =>
        Assert.Empty(Service($$$"""{"name":"a","addr":"{{{addr}}}","handler":{"type":"tcp"}}"""));

    [Theory]
    [InlineData("/run/a.sock", "")]
    [InlineData("a.sock", "unix")]
    [InlineData(":0", "")]
    [InlineData("[2001:db8::1]:80", "tcp")]
    public void ValidateObject_GoodTarget_IsAccepted(string addr, string network) =>
        Assert.Empty(Service($$$"""{"name":"a","handler":{"type":"tcp"},"forwarder":{"nodes":[{"name":"t","addr":"{{{addr}}}","network":"{{{network}}}"}]}}"""));

    [Fact]
    public void ValidateObject_ChainOfUnsupportedNodes_IsRefused()
    {
        var findings = Read(ConfigKind.Chains, """
            {"name":"c","hops":[{"name":"h","nodes":[{"name":"n","addr":"a"},{"name":"m","addr":"b:1","connector":{"type":"socks5"},"dialer":{"type":"tls"}}]},{"name":"named"},{}]}
            """);

        Assert.Equal(
            ["/hops/0/nodes/0/connector/type", "/hops/0/nodes/0/addr", "/hops/0/nodes/1/connector/type", "/hops/0/nodes/1/dialer/type", "/hops/2"],
            findings.Where(x => x.Severity == FindingSeverity.Error).Select(x => x.Pointer));
    }

    [Theory]
    [InlineData("tcp", "forward")]
    [InlineData("direct", "virtual")]
    public void ValidateObject_TlsAndAuthOfPlainNodes_AreWarnings(string dialer, string connector)
    {
        var findings = Read(ConfigKind.Chains, $$$"""
            {"name":"c","hops":[{"nodes":[{"name":"n","addr":"a:1",
              "dialer":{"type":"{{{dialer}}}","auth":{"username":"u"},"tls":{"serverName":"a","secure":true}},
              "connector":{"auth":{"username":"u"},"tls":{"serverName":"a"},"type":"{{{connector}}}"}
            }]}]}
            """);

        Assert.All(findings, static x => Assert.Equal(FindingSeverity.Warning, x.Severity));
        Assert.Equal(
            [
                ("/hops/0/nodes/0/connector/auth", $"auth has no effect on connector type {connector}: no credentials are sent"),
                ("/hops/0/nodes/0/connector/tls", $"tls has no effect on connector type {connector}: it speaks no TLS"),
                ("/hops/0/nodes/0/dialer/auth", $"auth has no effect on dialer type {dialer}: no credentials are sent"),
                ("/hops/0/nodes/0/dialer/tls", $"tls has no effect on dialer type {dialer}: the connection is not encrypted"),
            ],
            findings.Select(static x => (x.Pointer, x.Message)));
    }

    [Fact]
    public void ValidateObject_ServerNameAlone_IsWhatTheCommandLineWrites() =>
        Assert.Empty(Read(ConfigKind.Chains, """
            {"name":"c","hops":[{"nodes":[{"name":"n","addr":"a:1","dialer":{"type":"tcp","tls":{"serverName":"a"}},"connector":{"type":"forward"}}]}]}
            """));

    [Fact]
    public void ValidateObject_TypeThatActsOnTlsAndAuth_GivesNoWarning()
    {
        var types = new Dictionary<string, ActingMembers> { ["tls"] = ActingMembers.Tls | ActingMembers.Auth };
        ValidationContext context = new(new SupportedTypes(types, types, types, types), FilesFolder: null, FilesRestricted: false);
        NodeConfig node = new()
        {
            Name = "n",
            Addr = "a:1",
            Connector = new ConnectorConfig { Type = "tls", Auth = new AuthConfig { Username = "u" }, Tls = new TlsConfig { Secure = true } },
            Dialer = new DialerConfig { Type = "tls", Auth = new AuthConfig { Username = "u" }, Tls = new TlsConfig { Secure = true } },
        };
        ServiceConfig service = new()
        {
            Name = "s",
            Handler = new HandlerConfig { Type = "tls", Auther = "a", Tls = new TlsConfig { CommonName = "c" } },
            Listener = new ListenerConfig { Type = "tls", Auth = new AuthConfig { Username = "u" }, Tls = new TlsConfig { CommonName = "c" } },
        };

        Assert.Empty(ConfigValidator.ValidateObject(ConfigKind.Hops, new HopConfig { Name = "h", Nodes = [node] }, context));
        Assert.Empty(ConfigValidator.ValidateObject(ConfigKind.Services, service, context));
    }

    [Fact]
    public void ValidateObject_AdmissionMatchers_AreAddressesOrNetworks()
    {
        Assert.Empty(Read(ConfigKind.Admissions, """{"name":"a","matchers":["127.0.0.1","10.0.0.1/8","::1","fd00::/8"]}"""));
        var findings = Read(ConfigKind.Admissions, """{"name":"a","matchers":["example.org","10.0.0.0/33","1","127.0.0.1"]}""");
        Assert.Equal(["/matchers/0", "/matchers/1", "/matchers/2"], findings.Select(x => x.Pointer));
    }

    [Fact]
    public void ValidateObject_FilesOverRest_StayBelowTheFolder()
    {
        var folder = Directory.CreateTempSubdirectory("gost-files-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "out"), "/etc");
            var restricted = Context with { FilesFolder = folder.FullName, FilesRestricted = true };
            string[] inside = ["a.pem", "sub/../b.pem", "sub/c.pem"];
            string[] outside = ["../x.pem", "out/passwd", "/etc/passwd"];

            Assert.All(inside, x => Assert.Empty(Auther(Path.Combine(folder.FullName, x), restricted)));
            Assert.All(outside, x => Assert.Equal("/file/path", Assert.Single(Auther(Path.Combine(folder.FullName, x), restricted)).Pointer));
            Assert.Single(Auther(Path.Combine(folder.FullName, "a.pem"), restricted with { FilesFolder = null }));
            Assert.Empty(Auther("/etc/passwd", Context));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("tcp", ":80", "tcp", ":80", true)]
    [InlineData("tcp", ":80", "udp", ":80", false)]
    [InlineData("tcp", ":0", "tcp", ":0", false)]
    [InlineData("tcp", ":80", "tcp", "127.0.0.1:80", true)]
    [InlineData("tcp", "127.0.0.1:80", "tcp", ":80", true)]
    [InlineData("tcp", "0.0.0.0:80", "tcp", "[::1]:80", false)]
    [InlineData("tcp", "0.0.0.0:80", "tcp", "[::]:80", true)]
    [InlineData("tcp", "[::1]:80", "tcp", ":80", true)]
    [InlineData("tcp", "127.0.0.1:80", "tcp", "127.0.0.2:80", false)]
    [InlineData("tcp", "localhost:80", "tcp", "127.0.0.1:80", true)]
    [InlineData("tcp", ":80", "rtcp", ":80", true)]
    [InlineData("udp", ":80", "rudp", ":80", true)]
    [InlineData("tcp", ":80", "tcp", ":81", false)]
    public void ValidateState_SamePort_ClashesWhereTheAddressesOverlap(string type1, string addr1, string type2, string addr2, bool clashes)
    {
        var findings = ConfigValidator.ValidateState(State(Forward("a", type1, addr1), Forward("b", type2, addr2)), Keys("a", "b"));

        Assert.Equal(clashes ? ["services/b"] : [], findings.Select(x => x.Key.ToString()));
        Assert.All(findings, x => Assert.Equal(("/addr", FindingSeverity.Error), (x.Finding.Pointer, x.Finding.Severity)));
    }

    [Fact]
    public void ValidateState_ChangedServiceOnly_IsToldOfTheClash()
    {
        var state = State(Forward("a", "tcp", ":80"), Forward("b", "tcp", ":80"), Forward("c", "tcp", ":81"));

        Assert.Equal("services/a", Assert.Single(ConfigValidator.ValidateState(state, Keys("a"))).Key.ToString());
        Assert.Equal("services/b", Assert.Single(ConfigValidator.ValidateState(state, Keys("a", "b"))).Key.ToString());
        Assert.Empty(ConfigValidator.ValidateState(state, Keys("c")));
    }

    [Fact]
    public void ValidateState_ReusePortOnBoth_IsNoClash()
    {
        static ServiceConfig Shared(string name) => Forward(name, "tcp", ":80") with
        {
            Listener = new ListenerConfig { Type = "tcp", Metadata = new([KeyValuePair.Create("reusePort", (object?)true)]) },
        };

        Assert.Empty(ConfigValidator.ValidateState(State(Shared("a"), Shared("b")), Keys("a", "b")));
        Assert.Single(ConfigValidator.ValidateState(State(Shared("a"), Forward("b", "tcp", ":80")), Keys("a", "b")));
        Assert.Single(ConfigValidator.ValidateState(State(Forward("b", "tcp", ":80"), Shared("a"), Shared("c")), Keys("c")));
    }

    [Fact]
    public void ValidateState_RemoteBind_TakesNoLocalPort()
    {
        var remote = Forward("b", "rtcp", ":80") with { Listener = new ListenerConfig { Type = "rtcp", Chain = "c" } };
        var finding = Assert.Single(ConfigValidator.ValidateState(State(Forward("a", "tcp", ":80"), remote), Keys("a", "b")));
        Assert.Equal(("/listener/chain", FindingSeverity.Warning), (finding.Finding.Pointer, finding.Finding.Severity));
    }

    [Fact]
    public void ValidateState_MissingObject_IsAWarningForItsUserOrItsRemover()
    {
        var user = Forward("a", "tcp", ":80") with { Admission = "gone" };
        var forUser = Assert.Single(ConfigValidator.ValidateState(State(user), Keys("a")));
        Assert.Equal(("services/a", "/admission"), (forUser.Key.ToString(), forUser.Finding.Pointer));
        Assert.Contains("every client is refused", forUser.Finding.Message, StringComparison.Ordinal);

        var forRemover = Assert.Single(ConfigValidator.ValidateState(State(user), new HashSet<ObjectKey> { new(ConfigKind.Admissions, "gone") }));
        Assert.Contains("service a still uses", forRemover.Finding.Message, StringComparison.Ordinal);
        Assert.Empty(ConfigValidator.ValidateState(State(user), Keys("b")));
    }

    [Fact]
    public void ValidateState_TenThousandServices_IsQuick()
    {
        var state = State([.. Enumerable.Range(0, 10_000).Select(x => Forward($"s{x}", "tcp", $"127.{x / 250 % 250}.{x % 250}.1:80"))]);
        var start = TimeProvider.System.GetTimestamp();

        Assert.Empty(ConfigValidator.ValidateState(state, state.Objects.Keys.ToHashSet()));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void ValidateDocument_DoubledName_IsErrorWithDocumentPointer()
    {
        GostConfig document = new() { Services = [Forward("a", "tcp", ":80"), Forward("b", "tcp", ":81"), Forward("a", "socks5", ":82")] };
        var findings = ConfigValidator.ValidateDocument(document, Context);

        Assert.Equal(["/services/2/handler/type", "/services/2/listener/type", "/services/2/name"], findings.Select(x => x.Pointer).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ValidateDocument_NamesEqualButForBlanks_AreOneName()
    {
        GostConfig document = new() { Services = [Forward("a", "tcp", ":80"), Forward(" a", "tcp", ":81")] };
        var finding = Assert.Single(ConfigValidator.ValidateDocument(document, Context));

        Assert.Equal(("/services/1/name", FindingSeverity.Error), (finding.Pointer, finding.Severity));
    }

    private static ImmutableArray<Finding> Service(string json) => Read(ConfigKind.Services, json);

    private static ImmutableArray<Finding> Read(ConfigKind kind, string json)
    {
        var read = ConfigReader.ReadObject(kind, Encoding.UTF8.GetBytes(json), ConfigFormat.Json);
        Assert.Empty(read.Findings);
        return ConfigValidator.ValidateObject(kind, read.Value!, Context);
    }

    private static ImmutableArray<Finding> Auther(string path, ValidationContext context) =>
        ConfigValidator.ValidateObject(ConfigKind.Authers, new AutherConfig { Name = "a", File = new FileSourceConfig { Path = path } }, context);

    private static ServiceConfig Forward(string name, string type, string addr) => new()
    {
        Name = name,
        Addr = addr,
        Handler = new HandlerConfig { Type = type },
        Listener = new ListenerConfig { Type = type },
    };

    private static HashSet<ObjectKey> Keys(params string[] services) => [.. services.Select(x => new ObjectKey(ConfigKind.Services, x))];

    private static DesiredState State(params ServiceConfig[] services) => new(1, services.Select((x, i) =>
        new DesiredObject(ConfigKind.Services, x, 1, i, ObjectOrigin.Rest, default, default)).ToImmutableDictionary(x => x.Key));
}

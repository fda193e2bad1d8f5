using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Xunit;
using static Gost.Tests.ControlPlane.EngineFixture;

namespace Gost.Tests.ControlPlane;

/// <summary>The status of a service tells of the objects that it names.</summary>
public sealed class ObjectWarningsTests
{
    private static readonly NodeConfig Node = new()
    {
        Name = "n",
        Addr = "127.0.0.1:9",
        Connector = new ConnectorConfig { Type = "forward" },
        Dialer = new DialerConfig { Type = "tcp" },
    };

    private static readonly NodeConfig Unencrypted = Node with { Dialer = new DialerConfig { Type = "tcp", Tls = new TlsConfig { Secure = true } } };

    [Fact]
    public async Task AChain_IsSpokenOfInItsServices_AsItIsNow()
    {
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, Chain(Unencrypted)));
        await engine.CreateAsync(Through("c"));
        Assert.Equal(["chains/c: /hops/0/nodes/0/dialer/tls: tls has no effect on dialer type tcp: the connection is not encrypted"], Warnings(engine));

        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", Chain(Node)));
        Assert.Empty(Warnings(engine));
        var odd = Node with { Metadata = new ConfigMap<object?>([KeyValuePair.Create("colour", (object?)"red")]) };
        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", Chain(odd)));
        Assert.Equal(["chains/c: /hops/0/nodes/0/metadata/colour: metadata key colour has no effect"], Warnings(engine));
        Assert.Equal(1, engine.Control.GetStatus("a")?.Generation);
    }

    [Fact]
    public async Task AHopThatAChainNames_IsFollowed()
    {
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Chains, new ChainConfig { Name = "c", Hops = [new HopConfig { Name = "h" }] }));
        await engine.CreateAsync(Through("c"));
        Assert.Equal(["chains/c: /hops/0/name: hop h does not exist: connections that need it are refused until it exists"], Warnings(engine));

        await engine.ApplyAsync(new CreateObject(ConfigKind.Hops, new HopConfig { Name = "h", Hosts = "t", Nodes = [Node with { Http = new HttpNodeConfig() }] }));
        await engine.ApplyAsync(new CreateObject(ConfigKind.Hosts, new HostsConfig { Name = "t", Http = new HttpSourceConfig { Url = "http://127.0.0.1/" } }));
        Assert.Equal(
            [
                "hops/h: /nodes/0/http: http of a node is kept but has no effect yet",
                "hosts/t: /http: http is kept but has no effect yet: its mappings are not loaded",
            ],
            Warnings(engine));

        await engine.ApplyAsync(new DeleteObject(ConfigKind.Hosts, "t"));
        Assert.Contains("hops/h: /hosts: hosts t does not exist: it has no effect until it exists", Warnings(engine));
    }

    [Fact]
    public async Task AHopOfTargets_IsJudgedAsTargets()
    {
        await using var engine = await LiveEngine.StartAsync();
        await engine.ApplyAsync(new CreateObject(ConfigKind.Hops, new HopConfig { Name = "h", Nodes = [new NodeConfig { Name = "n", Addr = "127.0.0.1:9" }] }));
        await engine.CreateAsync(LiveEngine.Service("a", "127.0.0.1:0") with { Forwarder = new ForwarderConfig { Hop = "h" } });
        Assert.Empty(Warnings(engine));

        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Hops, "h", new HopConfig { Name = "h", Nodes = [Node with { Interface = "lo" }] }));
        Assert.Equal(
            ["/nodes/0/connector", "/nodes/0/dialer", "/nodes/0/interface"],
            Warnings(engine).Select(static x => x.Split(": ")[1]));
    }

    [Fact]
    public async Task AFile_IsSpokenOfWhileItCannotBeRead()
    {
        using TempFolder folder = new();
        await using var engine = await StartAsync();
        await engine.ApplyAsync(new ApplySources(new GostConfig
        {
            Admissions =
            [
                new AdmissionConfig
                {
                    Name = "who",
                    File = new FileSourceConfig { Path = folder.File("list") },
                    Reload = GoDuration.FromTimeSpan(TimeSpan.FromSeconds(1)),
                },
            ],
            Services = [Service("a", ":1") with { Admission = "who" }],
        }));
        var warning = Assert.Single(engine.Status("a").Warnings);
        Assert.StartsWith($"admissions/who: /file/path: {folder.File("list")}: ", warning, StringComparison.Ordinal);
        Assert.EndsWith("; until it can be read nobody is admitted", warning, StringComparison.Ordinal);

        folder.Write("list", "192.0.2.1");
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(engine.Status("a").Warnings);

        File.Delete(folder.File("list"));
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.EndsWith("; what was read before stays in force", Assert.Single(engine.Status("a").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoredObjectThatCannotRunHere_IsSpokenOf()
    {
        FakeStore store = new();
        DesiredObject chain = new(ConfigKind.Chains, Chain(Node with { Connector = new ConnectorConfig { Type = "serial" } }), 1, 1, ObjectOrigin.Rest, default, default);
        DesiredObject service = new(ConfigKind.Services, Through("c"), 1, 1, ObjectOrigin.Rest, default, default);
        store.State = new DesiredState(1, new[] { chain, service }.ToImmutableDictionary(static x => x.Key));
        await using var engine = await LiveEngine.StartAsync(store);

        Assert.StartsWith(
            "chains/c: /hops/0/nodes/0/connector/type: it is not in force: connector type serial is not supported", Assert.Single(Warnings(engine)),
            StringComparison.Ordinal);
        await engine.ApplyAsync(new ReplaceObject(ConfigKind.Chains, "c", Chain(Node)));
        Assert.Empty(Warnings(engine));
    }

    [Fact]
    public async Task AStoredObjectThatCouldNotBeUsed_IsPutIntoForceByTheSamePut_OnceItCan()
    {
        using TempFolder folder = new();
        var tls = Node with { Dialer = new DialerConfig { Type = "tls", Tls = new TlsConfig { Secure = true, CaFile = folder.File("ca.pem") } } };
        FakeStore store = new()
        {
            State = new DesiredState(1, new DesiredObject[]
            {
                new(ConfigKind.Chains, Chain(tls), 1, 1, ObjectOrigin.Rest, default, default),
                new(ConfigKind.Services, Through("c"), 1, 1, ObjectOrigin.Rest, default, default),
            }.ToImmutableDictionary(static x => x.Key)),
        };
        await using var engine = await LiveEngine.StartAsync(store, new EngineOptions { FilesFolder = folder.Path });
        Assert.Contains("it is not in force", Assert.Single(Warnings(engine)), StringComparison.Ordinal);
        ReplaceObject same = new(ConfigKind.Chains, "c", Chain(tls));
        var refused = Assert.IsType<ChangeRefused>(await engine.Control.ApplyAsync(same, Token));
        Assert.Equal(ChangeRefusal.Invalid, refused.Reason);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=ca", key, HashAlgorithmName.SHA256);
        using var authority = request.CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        folder.Write("ca.pem", authority.ExportCertificatePem());
        await engine.ApplyAsync(same);
        Assert.Empty(Warnings(engine));
    }

    private static ChainConfig Chain(NodeConfig node) => LiveEngine.Chain("c", node);

    private static ServiceConfig Through(string chain) =>
        LiveEngine.Service("a", "127.0.0.1:0", "127.0.0.1:9") with { Handler = new HandlerConfig { Type = "tcp", Chain = chain } };

    private static ImmutableArray<string> Warnings(LiveEngine engine) => engine.Control.GetStatus("a")!.Warnings; // Every test has it.
}

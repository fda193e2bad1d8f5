using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Config.Validation;

/// <summary>
/// No member is taken in silence and then does nothing: whatever the model has is either named here as acting, or setting it gives a warning or a
/// refusal at its place. A new member of the model fails this test until one of the two holds.
/// </summary>
public sealed class SilentMembersTests : IDisposable
{
    private static readonly NodeConfig Node = new()
    {
        Name = "n",
        Addr = "127.0.0.1:9",
        Connector = new ConnectorConfig { Type = "forward" },
        Dialer = new DialerConfig { Type = "tcp" },
    };

    // The server's name of a dialer is the one member that may be there without effect: the command line writes it everywhere.
    private static readonly string[] OfHops =
    [
        "name", "interface", "sockopts.mark", "selector.strategy", "selector.maxFails", "selector.failTimeout", "hosts", "resolver", "reload", "file.path",
        "nodes.name", "nodes.addr", "nodes.network", "nodes.hosts", "nodes.resolver", "nodes.interface", "nodes.sockopts.mark",
        "nodes.filter.host", "nodes.matcher.priority", "nodes.connector.type", "nodes.dialer.type", "nodes.dialer.tls.serverName",
    ];

    private static readonly Dictionary<ConfigKind, string[]> Acting = new()
    {
        [ConfigKind.Services] =
        [
            "name", "addr", "interface", "sockopts.mark", "admission", "admissions", "hosts", "resolver",
            "handler.type", "handler.retries", "handler.chain", "handler.chainGroup.chains.chain", "listener.type",
            "forwarder.name", "forwarder.hop", "forwarder.selector.strategy", "forwarder.selector.maxFails", "forwarder.selector.failTimeout",
            "forwarder.nodes.name", "forwarder.nodes.addr", "forwarder.nodes.network", "forwarder.nodes.matcher.priority", "forwarder.hopGroup.hops.hop",
        ],
        [ConfigKind.Chains] = ["name", .. OfHops.Select(static x => "hops." + x)],
        [ConfigKind.Hops] = OfHops,
        [ConfigKind.Authers] = ["name", "auths.username", "auths.password", "auths.file", "reload", "file.path"],
        [ConfigKind.Admissions] = ["name", "reverse", "whitelist", "matchers", "reload", "file.path"],
        [ConfigKind.Resolvers] =
        [
            "name", "nameservers.addr", "nameservers.chain", "nameservers.prefer", "nameservers.only", "nameservers.clientIP", "nameservers.ttl",
            "nameservers.timeout",
        ],
        [ConfigKind.Hosts] = ["name", "mappings.ip", "mappings.hostname", "mappings.aliases", "reload", "file.path"],
    };

    private readonly TempFolder _folder = new();
    private readonly string _file;

    public SilentMembersTests() => _file = _folder.Write("entries", "[]");

    public static TheoryData<string> ActingKinds => [.. Acting.Keys.Select(static x => x.Name)];

    public static TheoryData<string> OtherKinds => [.. ConfigKind.All.Except(Acting.Keys).Select(static x => x.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ActingKinds))]
    public async Task MembersWithoutFinding_AreThoseThatAct(string name)
    {
        Assert.True(ConfigKind.TryGet(name, out var kind));
        await using var engine = await StartAsync();
        List<string> silent = [];
        foreach (var member in SampledMember.Of(kind.RecordType))
        {
            var before = Base(kind, member.Path);
            Assert.Empty(await FindingsAsync(engine, kind, before));
            var findings = await FindingsAsync(engine, kind, (NamedConfig)member.Set(before, Sample(member)));
            if (findings.Count == 0)
            {
                silent.Add(member.Path);
                continue;
            }

            Assert.All(findings, x => Assert.True(
                Covers(x.Pointer, member.Pointer) || Covers(member.Pointer, x.Pointer), $"{member.Path} gave {x.Pointer}: {x.Message}"));
        }

        Assert.Equal(Acting[kind].Order(StringComparer.Ordinal), silent.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task KindThatDoesNotAct_SaysSo(string name)
    {
        Assert.True(ConfigKind.TryGet(name, out var kind));
        await using var engine = await StartAsync();
        var config = ((NamedConfig)Activator.CreateInstance(kind.RecordType)!) with { Name = "x" };

        var finding = Assert.Single(await FindingsAsync(engine, kind, config));
        Assert.Equal(("", FindingSeverity.Warning), (finding.Pointer, finding.Severity));
    }

    [Fact]
    public async Task SingleMembersOfADocument_AreNotAppliedAndSaySo()
    {
        await using var engine = await StartAsync();
        GostConfig document = new()
        {
            Tls = new TlsConfig(),
            Log = new LogConfig(),
            Profiling = new ProfilingConfig(),
            Api = new ApiConfig(),
            Metrics = new MetricsConfig(),
        };

        var result = await engine.ApplyAsync(new ImportDocument(document, Replace: false) { DryRun = true });
        Assert.Equal(["/api", "/log", "/metrics", "/profiling"], result.Warnings.Select(static x => x.Pointer).Order(StringComparer.Ordinal));
    }

    private async Task<LiveEngine> StartAsync()
    {
        var engine = await LiveEngine.StartAsync(options: new EngineOptions { FilesFolder = _folder.Path });
        await engine.ApplyAsync(new ImportDocument(
            new GostConfig
            {
                Chains = [new ChainConfig { Name = "used", Hops = [new HopConfig { Name = "used" }] }],
                Hops = [new HopConfig { Name = "used", Nodes = [Node] }],
                Authers = [new AutherConfig { Name = "used", Auths = [new AuthConfig { Username = "u", Password = "p" }] }],
                Admissions = [new AdmissionConfig { Name = "used", Matchers = ["192.0.2.1"] }],
                Hosts = [new HostsConfig { Name = "used" }],
                Resolvers = [new ResolverConfig { Name = "used", Nameservers = [new NameserverConfig { Addr = "127.0.0.1" }] }],
            },
            Replace: false));
        return engine;
    }

    private static async Task<IReadOnlyList<Finding>> FindingsAsync(LiveEngine engine, ConfigKind kind, NamedConfig config) =>
        await engine.Control.ApplyAsync(new CreateObject(kind, config) { DryRun = true }, LiveEngine.Token) switch
        {
            ChangeApplied x => x.Warnings,
            ChangeRefused x => x.Findings,
            var other => throw new InvalidOperationException(other.ToString()),
        };

    private static bool Covers(string pointer, string other) => other == pointer || other.StartsWith(pointer + "/", StringComparison.Ordinal);

    /// <summary>An object that has no findings, in which the member can act.</summary>
    private NamedConfig Base(ConfigKind kind, string path)
    {
        var file = path.EndsWith("reload", StringComparison.Ordinal) ? new FileSourceConfig { Path = _file } : null;
        return kind.Name switch
        {
            "services" => new ServiceConfig
            {
                Name = "x",
                Addr = "127.0.0.1:0",
                Handler = new HandlerConfig { Type = "tcp" },
                Listener = new ListenerConfig { Type = "tcp" },
                Forwarder = path is "forwarder.name" or "forwarder.hop" || path.StartsWith("forwarder.hopGroup", StringComparison.Ordinal)
                    ? new ForwarderConfig()
                    : new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = "127.0.0.1:9" }] },
            },
            "chains" => new ChainConfig { Name = "x", Hops = [new HopConfig { Name = "h", Nodes = [Node], File = file }] },
            "hops" => new HopConfig { Name = "x", Nodes = [Node], File = file },
            "authers" => new AutherConfig { Name = "x", Auths = [new AuthConfig { Username = "u", Password = "p" }], File = file },
            "admissions" => new AdmissionConfig { Name = "x", Matchers = ["192.0.2.1"], File = file },
            "resolvers" => new ResolverConfig { Name = "x", Nameservers = [new NameserverConfig { Addr = "udp://127.0.0.1:53" }] },
            "hosts" => new HostsConfig { Name = "x", Mappings = [new HostMappingConfig { Ip = "192.0.2.1", Hostname = "h" }], File = file },
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "the kind does not act"),
        };
    }

    /// <summary>A value that can be used, where the usual one of the member's form cannot.</summary>
    private object? Sample(SampledMember member) => member.Path switch
    {
        "matchers" => ConfigList.Create<string>(["192.0.2.0/24"]),
        "mappings.ip" or "nameservers.clientIP" => "192.0.2.2",
        "nameservers.prefer" or "nameservers.only" => "ipv6",
        _ when member.IsFile => _file,
        "handler.type" => "forward",
        "listener.type" => "rtcp",
        var path when path.EndsWith("addr", StringComparison.Ordinal) => "127.0.0.1:8",
        var path when path.EndsWith("network", StringComparison.Ordinal) => "tcp",
        var path when path.EndsWith("selector.strategy", StringComparison.Ordinal) => "fifo",
        var path when path.EndsWith("connector.type", StringComparison.Ordinal) => "tcp",
        var path when path.EndsWith("dialer.type", StringComparison.Ordinal) => "direct",
        _ => null,
    };
}

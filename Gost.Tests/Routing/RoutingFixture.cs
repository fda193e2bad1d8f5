using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Protocols.Direct;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Routing;
using Gost.Engine.Runtime;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Gost.Tests.Routing;

/// <summary>An engine's shared parts with a clock that is moved by hand and a protocol whose answers are scripted.</summary>
internal sealed class RoutingFixture : IDisposable
{
    public RoutingFixture(EngineOptions? options = null, bool realTime = false, params IProtocolModule[] modules)
    {
        Time = new FakeTimeProvider();
        var lane = TestLane.Options(options);
        Engine = new EngineServices(
            lane,
            realTime ? TimeProvider.System : Time,
            NullLoggerFactory.Instance,
            new ProtocolCatalog([new RawNodeModule(), new DirectModule(), Script, .. modules]),
            new NamedObjects(),
            null!, // routing binds no sockets
            null!,
            null!)
        {
            Loops = realTime ? LaneChoice.Open(lane, TimeProvider.System, NullLoggerFactory.Instance) : null,
        };
    }

    public void Dispose() => Engine.Loops?.Dispose();

    public FakeTimeProvider Time { get; }

    public ScriptedProtocol Script { get; } = new();

    public EngineServices Engine { get; }

    /// <summary>Takes what is found while a test compiles an object.</summary>
    public List<Finding> Findings { get; } = [];

    public static ConfigMap<object?> Map(params (string Key, object? Value)[] entries) =>
        new(entries.Select(x => KeyValuePair.Create(x.Key, x.Value)));

    public static Inbound From(string client, EndPoint? local = null)
    {
        IPEndPoint endPoint = new(IPAddress.Parse(client), 40000);
        return new Inbound(new NowhereStream(new NoSockets()), endPoint, endPoint, local);
    }

    /// <summary>A service whose targets are asked for through a scripted chain: what they answer is <see cref="Script"/>'s.</summary>
    public ServiceConfig ScriptedService(params ForwardNodeConfig[] targets)
    {
        SetChain(new ChainConfig { Name = "script", Hops = [new HopConfig { Name = "h", Nodes = [ScriptedNode("n")] }] });
        return new ServiceConfig
        {
            Name = "s",
            Handler = new HandlerConfig { Type = "tcp", Chain = "script" },
            Forwarder = new ForwarderConfig { Nodes = [.. targets] },
        };
    }

    public static NodeConfig ScriptedNode(string name, string addr = "node:1") => new()
    {
        Name = name,
        Addr = addr,
        Connector = new ConnectorConfig { Type = ScriptedProtocol.Name },
        Dialer = new DialerConfig { Type = ScriptedProtocol.Name },
    };

    public static ForwardNodeConfig TargetNode(string name, string addr, params (string Key, object? Value)[] metadata) =>
        new() { Name = name, Addr = addr, Metadata = Map(metadata) };

    public void SetChain(ChainConfig config, Chain? previous = null)
    {
        List<Finding> findings = [];
        Engine.Objects.Chains.Get(config.Name).Exchange(Chain.Compile(config, Engine, findings, previous));
        Xunit.Assert.Empty(findings);
    }

    public void SetHosts(string name, params (string Ip, string Host)[] mappings)
    {
        HostsConfig config = new() { Name = name, Mappings = [.. mappings.Select(static x => new HostMappingConfig { Ip = x.Ip, Hostname = x.Host })] };
        Engine.Objects.Hosts.Get(name).Exchange(HostTable.Compile(config, Engine, []));
    }

    public Router Router(ServiceConfig service) => Gost.Engine.Routing.Router.ForHandler(service, Metadata(service), Engine);

    public IForwarder Forwarder(ServiceConfig service, IForwarder? previous = null) =>
        Gost.Engine.Routing.Forwarder.Build(service, Metadata(service), Router(service), Engine, previous);

    private static MetadataReader Metadata(ServiceConfig service) => new(service.Metadata, "/metadata");

    private sealed class NoSockets : ISocketDialer
    {
        public ValueTask<DuplexStream> ConnectAsync(Target target, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<IDatagramChannel> OpenDatagramsAsync(Target target, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<IDatagramChannel> OpenAssociationAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}

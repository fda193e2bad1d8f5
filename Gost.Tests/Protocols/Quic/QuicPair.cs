using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Engine.Protocols.Direct;
using Gost.Engine.Protocols.Forward;
using Gost.Engine.Protocols.Quic;
using Gost.Engine.Protocols.Relay;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Protocols.Udp;
using Gost.Tests.ControlPlane;

namespace Gost.Tests.Protocols.Quic;

/// <summary>A forwarding service, a chain of one relay node over QUIC, and the relay service, in one engine; the QUIC is a double's or the library's.</summary>
internal static class QuicPair
{
    /// <summary>A catalog of what these tests use, with QUIC over <paramref name="stack"/>.</summary>
    public static ProtocolCatalog Catalog(IQuicStack stack) => new(
    [
        new TcpModule(), new ForwardModule(), new RemoteTcpModule(), new RawNodeModule(), new DirectModule(), new UdpModule(), new RemoteUdpModule(),
        new RelayModule(), new QuicModule(stack),
    ]);

    /// <summary>Starts the three.</summary>
    public static async Task<LiveEngine> StartAsync(ProtocolCatalog catalog, string target, ConfigMap<object?>? listener = null, ConfigMap<object?>? dialer = null)
    {
        var live = await LiveEngine.StartAsync(catalog: catalog);
        await live.CreateAsync(Server(listener: listener));
        await live.ApplyAsync(new CreateObject(
            ConfigKind.Chains, new ChainConfig { Name = "chain", Hops = [new HopConfig { Name = "hop", Nodes = [Node(live.Port("server"), dialer)] }] }));
        await live.CreateAsync(Client(target));
        return live;
    }

    /// <summary>The relay service.</summary>
    public static ServiceConfig Server(string addr = "127.0.0.1:0", ConfigMap<object?>? listener = null) => new()
    {
        Name = "server",
        Addr = addr,
        Handler = new HandlerConfig { Type = "relay" },
        Listener = new ListenerConfig { Type = "quic", Metadata = listener ?? ConfigMap<object?>.Empty },
    };

    /// <summary>The node of the relay service.</summary>
    public static NodeConfig Node(int port, ConfigMap<object?>? dialer = null) => new()
    {
        Name = "node",
        Addr = $"127.0.0.1:{port}",
        Connector = new ConnectorConfig { Type = "relay" },
        Dialer = new DialerConfig { Type = "quic", Metadata = dialer ?? ConfigMap<object?>.Empty },
    };

    /// <summary>The forwarding service.</summary>
    public static ServiceConfig Client(string target)
    {
        var service = LiveEngine.Service("client", "127.0.0.1:0", target);
        return service with { Handler = service.Handler! with { Chain = "chain" } }; // set by Service
    }

    /// <summary>Metadata.</summary>
    public static ConfigMap<object?> Map(params (string Key, object? Value)[] entries) => new(entries.Select(static x => KeyValuePair.Create(x.Key, x.Value)));
}

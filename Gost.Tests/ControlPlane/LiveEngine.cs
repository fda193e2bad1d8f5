using System.Net;
using System.Net.Sockets;
using Gost.Engine;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.ControlPlane;

/// <summary>An engine over real sockets.</summary>
internal sealed class LiveEngine(IConfigStore store, EngineOptions? options = null, TimeProvider? time = null, ProtocolCatalog? catalog = null)
    : IAsyncDisposable
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public IGostEngine Engine { get; } = new EngineHost(
        store, TestLane.Options(options), catalog ?? BuiltInProtocols.CreateCatalog(), NullLoggerFactory.Instance, time ?? TimeProvider.System);

    public IControlPlane Control => Engine.ControlPlane;

    public static async Task<LiveEngine> StartAsync(
        IConfigStore? store = null, EngineOptions? options = null, TimeProvider? time = null, ProtocolCatalog? catalog = null)
    {
        LiveEngine live = new(store ?? new FakeStore(), options, time, catalog);
        await live.Engine.StartAsync(null, Token);
        return live;
    }

    public static ServiceConfig Service(string name, string addr, params string[] targets) => new()
    {
        Name = name,
        Addr = addr,
        Handler = new HandlerConfig { Type = "tcp" },
        Listener = new ListenerConfig { Type = "tcp" },
        Forwarder = new ForwarderConfig { Nodes = [.. targets.Select(static (x, i) => new ForwardNodeConfig { Name = $"target-{i}", Addr = x })] },
    };

    /// <summary>A chain of one node.</summary>
    public static ChainConfig Chain(string name, NodeConfig node) => new() { Name = name, Hops = [new HopConfig { Name = "h", Nodes = [node] }] };

    /// <summary>A change that must work.</summary>
    public async Task<ChangeApplied> ApplyAsync(ChangeRequest request)
    {
        var result = await Control.ApplyAsync(request, Token);
        return result as ChangeApplied ?? throw new InvalidOperationException(result.ToString());
    }

    public Task<ChangeApplied> CreateAsync(ServiceConfig service) => ApplyAsync(new CreateObject(ConfigKind.Services, service));

    /// <summary>The port a service listens on.</summary>
    public int Port(string service) => IPEndPoint.Parse(Control.GetStatus(service)!.Addr).Port; // Services of these tests exist.

    /// <summary>A connection to a port of this host.</summary>
    public static Task<Socket> ConnectAsync(int port) => LoopbackClient.ConnectAsync(port, Token);

    /// <summary>Whether one byte comes back over a connection.</summary>
    public static async Task<bool> EchoesAsync(Socket socket)
    {
        var buffer = new byte[1] { 42 };
        await socket.SendAsync(buffer, Token);
        return await socket.ReceiveAsync(buffer, Token) == 1 && buffer[0] == 42;
    }

    /// <summary>Whether a new connection to a port is served.</summary>
    public static async Task<bool> ServesAsync(int port)
    {
        using var socket = await ConnectAsync(port);
        return await EchoesAsync(socket);
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

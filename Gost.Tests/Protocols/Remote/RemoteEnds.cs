using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Tests.ControlPlane;
using Gost.Tests.Routing;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Remote;

/// <summary>Two engines over real sockets: a far end that binds for others, and a near one with a service <c>s</c> that is bound there.</summary>
internal sealed class RemoteEnds : IAsyncDisposable
{
    private readonly string _protocol;
    private LiveEngine? _far;

    private RemoteEnds(string protocol, int farPort, LiveEngine near) => (_protocol, FarPort, Near) = (protocol, farPort, near);

    /// <summary>Where the far end serves.</summary>
    public int FarPort { get; }

    public LiveEngine Near { get; }

    public LiveEngine Far => _far ?? throw new InvalidOperationException("the far end is not up");

    public ServiceStatus Status => Near.Control.GetStatus("s") ?? throw new InvalidOperationException("no service s");

    /// <summary>Starts both ends; <paramref name="protocol"/> is a handler and a connector, <paramref name="time"/> the near end's clock.</summary>
    public static async Task<RemoteEnds> StartAsync(string protocol, bool binds = true, TimeProvider? time = null)
    {
        RemoteEnds ends = new(protocol, Ports.Free(), await LiveEngine.StartAsync(time: time));
        await ends.StartFarEndAsync(binds);
        await ends.Near.ApplyAsync(new CreateObject(ConfigKind.Chains, ends.Chain()));
        return ends;
    }

    /// <summary>A service of type rtcp or rudp, bound at <paramref name="addr"/> of the far end.</summary>
    public static ServiceConfig Service(string type, string addr, string target) => new()
    {
        Name = "s",
        Addr = addr,
        Handler = new HandlerConfig { Type = type },
        Listener = new ListenerConfig { Type = type, Chain = "c" },
        Forwarder = new ForwarderConfig { Nodes = [new ForwardNodeConfig { Name = "t", Addr = target }] },
    };

    public async Task StartFarEndAsync(bool binds = true)
    {
        _far = await LiveEngine.StartAsync();
        await _far.CreateAsync(new ServiceConfig
        {
            Name = "far",
            Addr = $"127.0.0.1:{FarPort}",
            Handler = new HandlerConfig { Type = _protocol, Metadata = RoutingFixture.Map(("bind", binds), ("notls", true)) },
            Listener = new ListenerConfig { Type = "tcp" },
        });
    }

    /// <summary>Ends the far end and all its connections at once.</summary>
    public async Task StopFarEndAsync()
    {
        await Far.DisposeAsync();
        _far = null;
    }

    /// <summary>Waits until the service is bound and gives the port.</summary>
    public async Task<int> BoundPortAsync()
    {
        await Eventually.TrueAsync(
            "bound at the far end",
            TimeSpan.FromSeconds(10),
            () => Status is { State: ServiceState.Ready } status && !status.Addr.EndsWith(":0", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        return Near.Port("s");
    }

    public async ValueTask DisposeAsync()
    {
        await Near.DisposeAsync();
        if (_far is not null)
        {
            await _far.DisposeAsync();
        }
    }

    private ChainConfig Chain() => LiveEngine.Chain("c", new NodeConfig
    {
        Name = "n",
        Addr = $"127.0.0.1:{FarPort}",
        Connector = new ConnectorConfig { Type = _protocol, Metadata = RoutingFixture.Map(("notls", true)) },
        Dialer = new DialerConfig { Type = "tcp" },
    });
}

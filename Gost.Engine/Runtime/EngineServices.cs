using Gost.Engine.Binds;
using Gost.Engine.Catalog;
using Gost.Engine.Layers;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Security;
using Gost.Engine.Security.HostKeys;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>What the parts of one engine share. Built once by <c>EngineHost</c>, which disposes what is disposable; no statics, so ten engines run side by side.</summary>
internal sealed record EngineServices(
    EngineOptions Options,
    TimeProvider Time,
    ILoggerFactory Loggers,
    ProtocolCatalog Catalog,
    NamedObjects Objects,
    ListenSocketPool ListenSockets,
    DatagramSocketPool DatagramSockets,
    DescriptorReserve Descriptors)
{
    /// <summary>Who is told of flows now; null = nobody. Asked at each event because the observer is set after the engine is made.</summary>
    public Func<IFlowObserver?> Observer { get; init; } = static () => null;

    /// <summary>Sessions that many flows share.</summary>
    public SessionTable Sessions { get; } = new(Time);

    /// <summary>What outlives the generations of a service.</summary>
    public ServiceMemory Memory { get; } = new();

    /// <summary>The event loops of the kernel lane; null = the portable lane.</summary>
    public EventLoopGroup? Loops { get; init; }

    /// <summary>Buffers of relays.</summary>
    public BufferPool Buffers { get; init; } = new();

    /// <summary>Addresses bound at far ends.</summary>
    public RemoteBindPool RemoteBinds { get; init; } = new();

    /// <summary>Addresses held for clients behind tunnels.</summary>
    public HeldBinds HeldBinds { get; init; } = new();

    /// <summary>Cancelled when the engine accepts no more and waits for its flows: what only waits for more of them ends by itself then.</summary>
    public CancellationTokenSource Draining { get; init; } = new();

    /// <summary>Bounds what bad peers write into the log.</summary>
    public FaultLines Faults { get; } = new(Time, Loggers);

    /// <summary>SSH keys of far ends and of this host.</summary>
    public HostKeyBook HostKeys { get; init; } = new(null, Time, Loggers);

    /// <summary>Bounds wrong passwords by source.</summary>
    public PasswordTries PasswordTries { get; } = new(Time);

    /// <summary>Certificates that services share.</summary>
    public TlsMaterial Tls { get; } = new(Time, Loggers);
}

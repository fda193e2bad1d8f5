using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Engine.Security.HostKeys;
using Microsoft.Extensions.Logging;

namespace Gost.Engine;

/// <summary>One engine: control plane and data plane. Dispose ends everything at once; stop first to drain.</summary>
public interface IGostEngine : IAsyncDisposable
{
    /// <summary>The control plane.</summary>
    IControlPlane ControlPlane { get; }

    /// <summary>The lane that plain sockets take.</summary>
    LaneStatus Lane { get; }

    /// <summary>Keys of SSH servers that were trusted on first use.</summary>
    IHostKeys HostKeys { get; }

    /// <summary>Events of flows, for metrics; set before start.</summary>
    IFlowObserver? Observer { get; set; }

    /// <summary>
    /// Loads the store, lays <paramref name="sources"/> (command line and files; null = none) over it, binds every service once. A service
    /// that cannot bind is <c>failed</c> and retried. Throws <see cref="StoreException"/> and, for sources, <see cref="Config.ConfigException"/>.
    /// </summary>
    Task StartAsync(GostConfig? sources, CancellationToken cancellationToken);

    /// <summary>Stops accepting, waits for flows to end until the deadline or <paramref name="cancellationToken"/>, then aborts the rest.</summary>
    Task StopAsync(TimeSpan drain, CancellationToken cancellationToken);
}

/// <summary>Told of flows as they begin and end, on the thread where it happens; must be quick and must not throw.</summary>
public interface IFlowObserver
{
    /// <summary>A flow was admitted; <paramref name="clientIp"/> is text.</summary>
    void FlowStarted(string service, string clientIp);

    /// <summary>A flow ended. <paramref name="failed"/> follows GOST's error rule (spec/forwarding.md section 7).</summary>
    void FlowEnded(string service, string clientIp, TimeSpan duration, long inputBytes, long outputBytes, bool failed);

    /// <summary>A chain was tried: time of dial and handshake of its first node, or a failure.</summary>
    void ChainTried(string chain, string node, TimeSpan duration, bool failed);
}

/// <summary>Makes engines.</summary>
public static class GostEngine
{
    /// <summary>An engine over a store, which the engine disposes. Throws <see cref="LaneRefusedException"/>.</summary>
    public static IGostEngine Create(IConfigStore store, EngineOptions options, ILoggerFactory loggers, TimeProvider time) =>
        new EngineHost(store, options, BuiltInProtocols.CreateCatalog(), loggers, time);
}

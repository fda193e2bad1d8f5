using Gost.Engine.Catalog;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Gost.Engine.Security.HostKeys;
using Microsoft.Extensions.Logging;

namespace Gost.Engine;

/// <summary>Owns everything of one engine: store, control plane, sockets.</summary>
internal sealed class EngineHost : IGostEngine
{
    private readonly IConfigStore _store;
    private readonly EngineServices _services;
    private readonly ControlPlane.ControlPlane _controlPlane;
    private IFlowObserver? _observer;
    private bool _disposed;

    public EngineHost(IConfigStore store, EngineOptions options, ProtocolCatalog catalog, ILoggerFactory loggers, TimeProvider time)
    {
        _store = store;
        DescriptorReserve descriptors = new(options, time);
        Lane = LaneChoice.Decide(options, new LinuxLaneProbe(), Environment.ProcessorCount);
        var loops = LaneChoice.Open(Lane, options, time, loggers);
        _services = new EngineServices(
            options,
            time,
            loggers,
            catalog,
            new NamedObjects(),
            new ListenSocketPool(descriptors, time, loggers, loops),
            new DatagramSocketPool(descriptors, time, loggers, loops),
            descriptors)
        {
            Observer = () => Observer,
            Loops = loops,
            HostKeys = new HostKeyBook(store.HostKeys, time, loggers),
        };
        _controlPlane = new ControlPlane.ControlPlane(store, _services);
    }

    /// <inheritdoc/>
    public IControlPlane ControlPlane => _controlPlane;

    /// <inheritdoc/>
    public LaneStatus Lane { get; }

    /// <inheritdoc/>
    public IHostKeys HostKeys => _services.HostKeys;

    /// <inheritdoc/>
    public IFlowObserver? Observer
    {
        get => Volatile.Read(ref _observer);
        set => Volatile.Write(ref _observer, value);
    }

    /// <inheritdoc/>
    public Task StartAsync(GostConfig? sources, CancellationToken cancellationToken) => _controlPlane.StartAsync(sources, cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(TimeSpan drain, CancellationToken cancellationToken) => _controlPlane.StopAsync(drain, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _controlPlane.DisposeAsync();
        await _services.RemoteBinds.DisposeAsync();
        await _services.Sessions.DisposeAsync();
        _services.Faults.Dispose();
        await _services.Objects.DisposeAsync();
        await _services.ListenSockets.DisposeAsync();
        await _services.DatagramSockets.DisposeAsync();
        _services.Draining.Dispose();
        _services.HostKeys.Dispose();

        // Not on a loop's thread, whose end is waited for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _services.Loops?.Dispose();
        await _store.DisposeAsync();
    }
}

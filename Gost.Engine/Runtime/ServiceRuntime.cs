using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Validation;
using Gost.Engine.ControlPlane;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>
/// A service over all its generations: counters, journal, live flows, and the sink of its listeners. The control plane is the one writer;
/// accepting threads read <c>_current</c> once per flow.
/// </summary>
internal sealed class ServiceRuntime : IInboundSink
{
    private readonly RuntimeContext _context;
    private readonly ServiceJournal _journal;
    private readonly Action<ServiceRuntime> _faulted;
    private readonly Lock _transition = new();
    private bool _closed;
    private ServiceGeneration? _current;
    private Task _watch = Task.CompletedTask;
    private ServiceConfig _config;
    private ImmutableArray<string> _warnings = [];
    private long _generation;
    private long _totalConns;
    private long _totalErrs;

    /// <summary>A service that is not published yet; <paramref name="faulted"/> is told when its listener ended by itself.</summary>
    public ServiceRuntime(ServiceConfig config, RuntimeContext context, Action<ServiceRuntime> faulted)
    {
        (_config, _context, _faulted) = (config, context, faulted);
        _journal = new ServiceJournal(config.Name, context.Time);
        _journal.Enter(ServiceState.Running, always: true);
    }

    public string Name => _config.Name;

    public ServiceState State => _journal.State;

    /// <summary>The definition that runs, or that failed.</summary>
    public ServiceConfig Config => _config;

    /// <summary>What runs; null while the service is failed or closed.</summary>
    public ServiceGeneration? Current => Volatile.Read(ref _current);

    /// <summary>Live flows, those of older generations included.</summary>
    public ConnectionTable Connections { get; } = new();

    /// <inheritdoc/>
    public TrafficTotals Totals { get; } = new();

    /// <inheritdoc/>
    public bool IsOpen => Current is not null;

    /// <summary>
    /// Makes a bound generation the current one and returns the one before, which the caller stops. Cannot fail. Order: first the
    /// generation, then its listener takes over the socket, so that no flow meets a listener without a generation. Ready is said before
    /// that, so that a fault which the socket has already is what remains.
    /// </summary>
    public ServiceGeneration? Publish(ServiceGeneration next)
    {
        ServiceGeneration? previous;
        lock (_transition)
        {
            next.Number = ++_generation;
            _config = next.Config;
            _warnings = next.Warnings;
            previous = Interlocked.Exchange(ref _current, next);

            // A listener at a far end binds when it runs, and says then that it has.
            _journal.Enter(next.IsBound ? ServiceState.Ready : ServiceState.Running);
            _journal.Listening(Address(next));
        }

        _context.Logger.ServiceListening(Name, Address(next), next.Number);
        if (next.Warnings.FirstOrDefault(OpenProxyAspect.IsMeant) is { } open && previous?.Warnings.Contains(open) != true)
        {
            _context.Logger.ServiceIsOpen(Name, open);
        }

        _watch = WatchAsync(next, next.Start(this), _watch);
        return previous;
    }

    /// <summary>A definition could not be bound: nothing accepts until the retry loop or a change succeeds.</summary>
    public void Fail(ServiceConfig config, FlowException fault, ImmutableArray<string> warnings)
    {
        _config = config;
        _warnings = warnings;
        _journal.Failed(fault);
        if (_journal.Enter(ServiceState.Failed))
        {
            _context.Logger.ServiceFailed(Name, fault.Message);
        }
    }

    /// <summary>Ends the service and gives its generation, which the caller stops; live flows go on.</summary>
    public ServiceGeneration? Close()
    {
        ServiceGeneration? last;
        lock (_transition)
        {
            _closed = true;
            last = Interlocked.Exchange(ref _current, null);
            _journal.Enter(ServiceState.Closed);
        }

        _context.Logger.ServiceClosed(Name);
        return last;
    }

    /// <summary>Ends when the watchers of all listeners have ended.</summary>
    public Task WatchedAsync() => _watch;

    /// <summary>The number of the newest generation.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <inheritdoc/>
    public bool TryAccept(Inbound inbound)
    {
        var generation = Current;
        // Streams too: the listener that accepted one may be of an older generation than the one that serves it.
        if (generation is null || !generation.Admits(inbound.Client))
        {
            return false;
        }

        inbound.Id = _context.NextId();
        inbound.Counters = new FlowCounters(Totals);
        Flow flow = new(inbound, generation, _context.Time.GetUtcNow(), _context.Time.GetTimestamp());
        Interlocked.Increment(ref _totalConns);
        Connections.Add(flow);
        flow.Served = ServeAsync(flow);
        return true;
    }

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault)
    {
        if (Current is null)
        {
            return;
        }

        if (fault is null)
        {
            _journal.Enter(ServiceState.Ready);
            return;
        }

        _journal.Failed(fault);
        if (_journal.Enter(ServiceState.Failed))
        {
            _context.Logger.ServiceFailed(Name, fault.Message);
        }
    }

    /// <inheritdoc/>
    public void ReportFailure(FlowException failure)
    {
        if (Current is not null)
        {
            _journal.Failed(failure);
            Interlocked.Increment(ref _totalErrs);
        }
    }

    /// <summary>A picture of now; <paramref name="missing"/> adds warnings of names that lead nowhere.</summary>
    public ServiceStatus GetStatus(IEnumerable<string> missing)
    {
        var generation = Current;
        var (state, events, lastError) = _journal.Read();
        return new ServiceStatus(
            _journal.CreateTime,
            state,
            generation is null ? _config.Addr : Address(generation),
            Generation,
            events,
            new ServiceStats(
                Interlocked.Read(ref _totalConns),
                Connections.Count,
                Interlocked.Read(ref _totalErrs),
                Totals.InputBytes,
                Totals.OutputBytes,
                Totals.DroppedPackets),
            lastError,
            [.. _warnings, .. missing],
            generation is null ? [] : [.. generation.Forwarder.Health])
        {
            Lane = generation?.Lane,
        };
    }

    private static string Address(ServiceGeneration generation) =>
        generation.LocalEndPoint is { } local ? EndPointText.Of(local) : generation.Config.Addr;

    private async Task ServeAsync(Flow flow)
    {
        var observer = _context.Observer;
        var client = observer is null ? "" : flow.Inbound.ClientHost;
        observer?.FlowStarted(Name, client);
        var failed = false;
        try
        {
            await flow.Generation.Handler.HandleAsync(flow.Inbound, _context.Aborting);
        }
        catch (FlowException e)
        {
            failed = e.Error != FlowError.Stopped;
            _journal.Failed(e);
            if (_context.Logger.IsEnabled(LogLevel.Debug) && _context.Faults.TryTake(Name))
            {
                _context.Logger.FlowFailed(Name, flow.Id, e.Layer, e.Message);
            }
        }
        catch (OperationCanceledException)
        {
            // The engine is stopping: nobody's fault.
        }
        catch (Exception e)
        {
            failed = true;
            _journal.Failed(new FlowException(FlowLayer.Relay, FlowError.Failed, e.Message, e));
            _context.Logger.HandlerBroke(e, Name, flow.Id);
        }

        if (failed)
        {
            Interlocked.Increment(ref _totalErrs);
        }

        try
        {
            await flow.CloseAsync();
        }
        catch (Exception e)
        {
            _context.Logger.HandlerBroke(e, Name, flow.Id);
        }

        Connections.Remove(flow);
        var counters = flow.Inbound.Counters;
        observer?.FlowEnded(
            Name, client, _context.Time.GetElapsedTime(flow.StartedAt), counters.InputBytes, counters.OutputBytes, failed);
    }

    // A listener that ends although nobody stopped it is a fault: the retry loop builds the service anew.
    private async Task WatchAsync(ServiceGeneration generation, Task run, Task before)
    {
        FlowException fault = new(FlowLayer.Accept, FlowError.Failed, "the listener ended");
        try
        {
            await run;
        }
        catch (FlowException e)
        {
            fault = e;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            fault = new FlowException(FlowLayer.Accept, FlowError.Failed, e.Message, e);
        }
        catch (OperationCanceledException)
        {
        }

        await before;
        if (Interlocked.CompareExchange(ref _current, null, generation) == generation)
        {
            await generation.DisposeAsync();
            lock (_transition)
            {
                // Meanwhile a change may have mended the service, or removed it.
                if (_closed || Current is not null)
                {
                    return;
                }

                Fail(generation.Config, fault, generation.Warnings);
            }

            _faulted(this);
        }
    }
}

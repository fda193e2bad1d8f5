using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Binds;

/// <summary>
/// One address bound at a far end for as long as it is wanted: binds over a route selected anew, serves what comes in, binds again when that ends.
/// Where flows go is one reference, so that a new generation of the service takes over the tunnel with its flows. Owned by its pool.
/// </summary>
/// <remarks>The pool's callers attach and detach, one at a time; the loop and the tunnel's listener read.</remarks>
internal sealed class RemoteBind : ISessionSink, IAsyncDisposable
{
    private static readonly TimeSpan LingerCheck = TimeSpan.FromSeconds(1);

    private readonly RemoteBindKey _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TrafficTotals _nobodys = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private BindAttachment? _attachment;
    private BindAttachment? _last;
    private FlowException? _fault;
    private IListener? _bound;
    private Task _loop = Task.CompletedTask;
    private Task _lingering = Task.CompletedTask;
    private bool _running;
    private volatile bool _unwanted;

    /// <summary>A bind that begins with the first <see cref="Attach"/>.</summary>
    public RemoteBind(RemoteBindKey key, EngineServices engine)
    {
        (_key, _time, _logger) = (key, engine.Time, engine.Loggers.CreateLogger<RemoteBind>());

        // The token is kept, because the wait for the last flow may ask for it after the source was disposed.
        _closed = _closing.Token;
    }

    /// <summary>Where the far end listens; null while it does not.</summary>
    public EndPoint? LocalEndPoint => Volatile.Read(ref _bound)?.LocalEndPoint;

    /// <summary>How many leases there are; guarded by the pool's lock.</summary>
    public int Leases { get; set; }

    /// <summary>Flows that would end with the tunnel.</summary>
    public int LiveFlows => (Volatile.Read(ref _bound) as ITunnel)?.LiveFlows ?? 0;

    /// <inheritdoc/>
    public TrafficTotals Totals => Volatile.Read(ref _attachment)?.Sink.Totals ?? _nobodys;

    /// <inheritdoc/>
    public UdpAttachment? Sessions => Volatile.Read(ref _attachment)?.Sessions;

    /// <summary>Flows go to another generation from now on, and the next bind takes its way; what failed is tried again at once.</summary>
    public void Attach(BindAttachment attachment)
    {
        Volatile.Write(ref _last, attachment);
        Volatile.Write(ref _attachment, attachment);
        if (Volatile.Read(ref _fault) is { } fault)
        {
            attachment.Sink.ReportFault(fault);
        }

        if (Volatile.Read(ref _fault) is null && Volatile.Read(ref _bound) is not null)
        {
            // Bound, or over in the meantime: that is what must be said last.
            attachment.Sink.ReportFault(null);
        }

        lock (_gate)
        {
            _unwanted = false;
            if (!_running)
            {
                _running = true;
                _loop = RunAsync();
            }
            else if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    /// <summary>Ends an attachment if it is still the current one.</summary>
    public void Detach(BindAttachment attachment) => Interlocked.CompareExchange(ref _attachment, null, attachment);

    /// <summary>
    /// Nobody wants it any more, but flows are alive: new ones are refused, nothing is bound again, and <paramref name="ended"/> is called once the last
    /// flow has ended, unless it was attached again before.
    /// </summary>
    public void Linger(Func<RemoteBind, Task> ended)
    {
        _unwanted = true;
        if (_lingering.IsCompleted)
        {
            _lingering = LingerAsync(ended);
        }
    }

    /// <summary>Ends the bind and all its flows.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _attachment, null);
        await _closing.CancelAsync();
        await _loop;
        _hurry.Dispose();
        _closing.Dispose();
    }

    /// <summary>Ends when no wait for the last flow is under way.</summary>
    public Task LingeredAsync() => _lingering;

    /// <inheritdoc/>
    public bool TryAccept(Inbound inbound) => Volatile.Read(ref _attachment) is { } attachment && attachment.Sink.TryAccept(inbound);

    /// <inheritdoc/>
    public void ReportFailure(FlowException failure) => Volatile.Read(ref _attachment)?.Sink.ReportFailure(failure);

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault)
    {
        if (fault is not null || Volatile.Read(ref _fault) is not null)
        {
            Volatile.Write(ref _fault, fault);
            Volatile.Read(ref _attachment)?.Sink.ReportFault(fault);
        }
    }

    private async Task RunAsync()
    {
        // The caller is publishing a change.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        BindBackOff backOff = new(_time);
        while (GoesOn())
        {
            FlowException fault;
            try
            {
                await using var listener = await BindAsync();
                backOff.Bound();
                _hurry.Wait(0, CancellationToken.None);
                Volatile.Write(ref _bound, listener);
                BindLog.Bound(_logger, _key.Service, _key.Network, listener.LocalEndPoint);
                Volatile.Write(ref _fault, null);
                Volatile.Read(ref _attachment)?.Sink.ReportFault(null);
                await listener.RunAsync(this, _closed);
                fault = new FlowException(FlowLayer.Accept, FlowError.Failed, "the tunnel has ended");
            }
            catch (FlowException e)
            {
                fault = e;
            }
            catch (OperationCanceledException) when (_closed.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                BindLog.Broke(_logger, e, _key.Service);
                fault = new FlowException(FlowLayer.Bind, FlowError.Failed, e.Message, e);
            }
            finally
            {
                Volatile.Write(ref _bound, null);
            }

            if (!_closed.IsCancellationRequested && !_unwanted)
            {
                await WaitAsync(fault, backOff.Next(fault));
            }
        }
    }

    /// <summary>False ends the loop; decided where <see cref="Attach"/> decides whether to begin it anew.</summary>
    private bool GoesOn()
    {
        lock (_gate)
        {
            return _running = !_closed.IsCancellationRequested && !_unwanted;
        }
    }

    private async ValueTask<IListener> BindAsync()
    {
        var attachment = Volatile.Read(ref _last)!; // attached before the loop began
        var address = _key.Address;
        var isName = address.Host.Length > 0 && !IPAddress.TryParse(address.Host, out _);

        // Names are looked up here and not at the far end, as GOST does.
        var host = isName ? (await address.ResolveAsync("tcp", _closed)).Address.ToString() : address.Host;
        Target target = new(_key.Network, host, address.Port);
        return await attachment.Router.Route(target, null).BindAsync(new BindRequest(_key.Network, target), _closed);
    }

    private async ValueTask WaitAsync(FlowException fault, TimeSpan delay)
    {
        BindLog.Retrying(_logger, _key.Service, fault.Message, delay);
        ReportFault(fault);
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_closed);
        var due = Task.Delay(delay, _time, waiting.Token);
        var hurried = _hurry.WaitAsync(waiting.Token);
        await Task.WhenAny(due, hurried);
        await waiting.CancelAsync();
        await Task.WhenAny(hurried);
    }

    private async Task LingerAsync(Func<RemoteBind, Task> ended)
    {
        try
        {
            while (_unwanted && LiveFlows > 0)
            {
                await Task.Delay(LingerCheck, _time, _closed);
            }
        }
        catch (OperationCanceledException)
        {
            // Closed meanwhile.
        }

        await ended(this);
    }
}

using System.Collections.Immutable;
using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Security;

namespace Gost.Engine.Runtime;

/// <summary>
/// One compiled definition of a service: immutable but for the life of its listener, which it owns. Bind, then start, then stop; or dispose
/// when it never ran.
/// </summary>
internal sealed class ServiceGeneration(
    ServiceConfig config,
    IListener listener,
    IHandler handler,
    IForwarder forwarder,
    ImmutableArray<NamedRef<Admission>> admissions,
    ImmutableArray<string> warnings) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task? _run;

    /// <summary>Counts the generations of a service from 1; given when it is published.</summary>
    public long Number { get; set; }

    public ServiceConfig Config => config;

    public IHandler Handler => handler;

    public IForwarder Forwarder => forwarder;

    /// <summary>What of the definition has no effect, as the status shows it.</summary>
    public ImmutableArray<string> Warnings => warnings;

    /// <summary>The bound address, null before.</summary>
    public EndPoint? LocalEndPoint => listener.LocalEndPoint;

    /// <summary>The lane of its flows, null where they are no plain sockets.</summary>
    public DataLane? Lane => listener.Lane;

    /// <summary>Whether the address is bound, after <see cref="BindAsync"/>.</summary>
    public bool IsBound => listener.IsBound;

    /// <summary>Everything of starting that can fail. Throws <see cref="FlowException"/>.</summary>
    public ValueTask BindAsync(CancellationToken cancellationToken) => listener.BindAsync(cancellationToken);

    /// <summary>Takes over the socket before it returns; the task ends when the listener has stopped.</summary>
    public Task Start(IInboundSink sink)
    {
        try
        {
            _run = listener.RunAsync(sink, _stopping.Token);
        }
        catch (Exception e)
        {
            _run = Task.FromException(e);
        }

        return _run;
    }

    /// <summary>Whether a client may make a flow; all admissions must agree, and one that is missing admits nobody.</summary>
    public bool Admits(EndPoint client)
    {
        foreach (var admission in admissions)
        {
            if (client is not IPEndPoint ip || admission.Current?.Admits(ip.Address) != true)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends accepting; flows that were accepted live on. The socket is closed when this returns, unless another generation holds it.</summary>
    public async ValueTask StopAsync()
    {
        await _stopping.CancelAsync();
        if (_run is not null)
        {
            // How it ended was told to whoever watches the task.
            await _run.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        _stopping.Dispose();
    }
}

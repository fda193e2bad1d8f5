using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Relaying;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>One TCP bind: carries each accepted connection through a stream of its own. Borrows carrier and accept loop.</summary>
internal sealed class StreamBind(
    string service, FlowCounters counters, IBindCarrier carrier, EngineServices engine, ILogger logger) : IAcceptSink, IDisposable
{
    private readonly StreamRelay _relay = new(engine.Time, engine.Buffers);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _carried = [];
    private TaskCompletionSource? _idle;
    private bool _livesOn;
    private bool _ended;

    /// <summary>Accepts until the client cancels or has left, or the engine drains; the address is free then.</summary>
    public async Task AcceptAsync(AcceptLoop accepting)
    {
        TaskCompletionSource draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (engine.Draining.Token.UnsafeRegister(static x => ((TaskCompletionSource)x!).TrySetResult(), draining))
        {
            accepting.Attach(this);
            await Task.WhenAny(carrier.Ended, carrier.Cancelled, accepting.Broken, draining.Task);
            await accepting.DisposeAsync();
            _livesOn = carrier.Cancelled.IsCompleted || draining.Task.IsCompleted;
        }
    }

    /// <summary>After that: waits for the connections where they live on, and ends what is left with the carrier.</summary>
    public async Task EndAsync()
    {
        if (_livesOn)
        {
            await Task.WhenAny(carrier.Ended, WhenIdleAsync());
        }

        Task[] rest;
        lock (_gate)
        {
            _ended = true;
            rest = [.. _carried];
        }

        await _ending.CancelAsync();
        await carrier.DisposeAsync();
        await Task.WhenAll(rest);
    }

    /// <inheritdoc/>
    public void Dispose() => _ending.Dispose();

    /// <inheritdoc/>
    public void Accept(SocketStream stream)
    {
        // The way on is a stream of the tunnel and takes no descriptor.
        stream.Ticket?.Settle();
        lock (_gate)
        {
            if (!_ended)
            {
                var carried = CarryAsync(stream);
                if (!carried.IsCompleted)
                {
                    _carried.Add(carried);
                    carried.ContinueWith(
                        static (ended, state) => ((StreamBind)state!).Forget(ended),
                        this,
                        CancellationToken.None,
                        TaskContinuationOptions.ExecuteSynchronously,
                        TaskScheduler.Default);
                }

                return;
            }
        }

        stream.Dispose();
    }

    /// <inheritdoc/>
    public void ReportFault(FlowException? fault)
    {
        // The accept loop has logged it; the service itself goes on accepting.
    }

    private async Task CarryAsync(SocketStream outside)
    {
        // Not on the accept loop's thread, and not under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await using var owned = outside;
        try
        {
            if (outside.RemoteEndPoint is not { } peer)
            {
                return;
            }

            await using var inside = await carrier.OpenAsync(peer, _ending.Token);
            using var cut = _ending.Token.UnsafeRegister(static x => ((SocketStream)x!).End(), outside);
            await _relay.RunAsync(inside, outside, counters, TimeSpan.Zero);
        }
        catch (Exception e) when (e is FlowException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            RemoteLog.ConnectionFailed(logger, service, outside.RemoteEndPoint, e.Message);
        }
    }

    private Task WhenIdleAsync()
    {
        lock (_gate)
        {
            return _carried.Count == 0
                ? Task.CompletedTask
                : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Forget(Task ended)
    {
        lock (_gate)
        {
            _carried.Remove(ended);
            if (_carried.Count == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }
}

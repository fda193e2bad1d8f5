using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// Accepts on one listening socket, which it owns, and pushes into whichever sink is attached. Nothing is accepted before the first
/// sink is attached or while none is: connections wait in the kernel's backlog.
/// </summary>
/// <remarks>
/// <see cref="Attach"/> and <see cref="Detach"/> are called by the one writer (the control plane); the loop reads the sink once per
/// connection. So that thousands of listeners cannot eat the descriptor reserve, the number of accepted connections that wait for room
/// is bounded over all loops; more are closed.
/// </remarks>
internal sealed class AcceptLoop : IAsyncDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(1);

    // A loop that always finds a connection waiting gives its thread back this often.
    private const int AcceptsPerTurn = 64;

    private readonly Socket _socket;
    private readonly EndPoint? _local;
    private readonly DescriptorReserve _reserve;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<FlowException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAcceptSink? _sink;
    private TaskCompletionSource? _attached;
    private FlowException? _fault;
    private Task _loop = Task.CompletedTask;
    private bool _started;
    private bool _closed;

    /// <summary>Takes over the listening socket; call <see cref="Attach"/> to begin.</summary>
    public AcceptLoop(Socket socket, DescriptorReserve reserve, TimeProvider time, ILogger logger)
    {
        (_socket, _reserve, _time, _logger) = (socket, reserve, time, logger);
        _local = socket.LocalEndPoint;
    }

    /// <summary>Ends when the socket became unusable and nothing will be accepted any more, with the reason; never by closing.</summary>
    public Task<FlowException> Broken => _broken.Task;

    /// <summary>From now on connections go to <paramref name="sink"/>. One write, effective when the call returns.</summary>
    public void Attach(IAcceptSink sink)
    {
        Interlocked.Exchange(ref _sink, sink);
        if (Volatile.Read(ref _fault) is { } fault)
        {
            sink.ReportFault(fault);
            if (Volatile.Read(ref _fault) is null)
            {
                // Over in the meantime: that is what must be said last.
                sink.ReportFault(null);
            }
        }

        if (!_started)
        {
            _started = true;
            _loop = RunAsync();
        }
        else
        {
            Volatile.Read(ref _attached)?.TrySetResult();
        }
    }

    /// <summary>Ends the attachment if <paramref name="sink"/> is still the current one.</summary>
    public void Detach(IAcceptSink sink) => Interlocked.CompareExchange(ref _sink, null, sink);

    /// <summary>Closes the socket at once: the port is free when the call returns. The task ends with the loop.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, true))
        {
            return ValueTask.CompletedTask;
        }

        Volatile.Write(ref _sink, null);
        _socket.Dispose();
        return EndAsync();
    }

    private async ValueTask EndAsync()
    {
        await _closing.CancelAsync();
        await _loop;
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        // The caller is publishing a change and must not serve the backlog.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var backOff = FirstBackOff;
        var accepted = 0;
        try
        {
            while (!Volatile.Read(ref _closed))
            {
                Socket socket;
                try
                {
                    socket = await _socket.AcceptAsync();
                    backOff = FirstBackOff;
                }
                catch (SocketException e) when (!Volatile.Read(ref _closed))
                {
                    switch (AcceptErrors.Classify(e.SocketErrorCode))
                    {
                        case AcceptErrorTier.Peer:
                            ListenLog.PeerLeftBacklog(_logger, _local, e.SocketErrorCode);
                            continue;
                        case AcceptErrorTier.Listener:
                            FlowException broken = new(FlowLayer.Accept, FlowError.Failed, $"accept: {e.Message}; the listening socket is unusable", e);
                            Report(broken);
                            _broken.TrySetResult(broken);
                            return;
                        default:
                            Report(Shortage(e));
                            await Task.Delay(backOff, _time, _closing.Token);
                            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
                            continue;
                    }
                }

                await AdmitAsync(socket);
                if (++accepted % AcceptsPerTurn == 0)
                {
                    await Task.Yield();
                }
            }
        }
        catch (Exception e) when (Volatile.Read(ref _closed) && (e is SocketException or ObjectDisposedException or OperationCanceledException))
        {
            // Closed: the normal end.
        }
    }

    private async ValueTask AdmitAsync(Socket socket)
    {
        var ticket = _reserve.TryAdmit();
        if (ticket is null && !_reserve.TryHold())
        {
            Report(_reserve.CreateFault());
            socket.Dispose();
            return;
        }

        if (ticket is null)
        {
            try
            {
                do
                {
                    Report(_reserve.CreateFault());
                    await _reserve.WaitForRoomAsync(_closing.Token);
                    ticket = _reserve.TryAdmit();
                }
                while (ticket is null);
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
            finally
            {
                _reserve.ReleaseHold();
            }
        }

        Report(null);
        SocketDuplexStream stream = new(socket, ticket);
        var sink = Volatile.Read(ref _sink) ?? await WaitForSinkAsync(stream);
        try
        {
            sink.Accept(stream);
        }
        catch (Exception e)
        {
            // A sink that throws is a defect, but one connection must not end the service.
            ListenLog.SinkFailed(_logger, e, _local);
            stream.Abort(e);
        }
    }

    /// <summary>No service wants this socket at the moment, another one may within the same change: the connection waits.</summary>
    private async ValueTask<IAcceptSink> WaitForSinkAsync(SocketDuplexStream stream)
    {
        try
        {
            while (true)
            {
                TaskCompletionSource attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _attached, attached);

                // Looked at after the signal was laid out: an attachment is either seen here or signalled.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _sink) is { } sink)
                {
                    return sink;
                }

                await attached.Task.WaitAsync(_closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private void Report(FlowException? fault)
    {
        var before = Volatile.Read(ref _fault);
        if (fault is null && before is null)
        {
            return;
        }

        Volatile.Write(ref _fault, fault);
        if (before is null && fault is not null)
        {
            ListenLog.AcceptingPaused(_logger, _local, fault.Message);
        }
        else if (fault is null)
        {
            ListenLog.AcceptingResumed(_logger, _local);
        }

        Volatile.Read(ref _sink)?.ReportFault(fault);
    }

    private static FlowException Shortage(SocketException e) => new(
        FlowLayer.Accept,
        e.SocketErrorCode == SocketError.TooManyOpenSockets ? FlowError.OutOfDescriptors : FlowError.Failed,
        $"accept: {(e.SocketErrorCode == SocketError.TooManyOpenSockets ? "too many open files" : e.Message)}; accepting is paused",
        e);
}

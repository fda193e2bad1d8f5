using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net.Loops;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// Takes the connections of one listening socket and pushes them into whichever sink is attached. Nothing is accepted before the first
/// sink is attached or while none is: connections wait in the kernel's backlog. How they are accepted is the lane's.
/// </summary>
/// <remarks>
/// <see cref="Attach"/> and <see cref="Detach"/> are called by the one writer (the control plane); the sink is read once per
/// connection. So that thousands of listeners cannot eat the descriptor reserve, the number of accepted connections that wait for room
/// is bounded over all loops; more are closed.
/// </remarks>
internal sealed class AcceptLoop : IAcceptTarget, IAsyncDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(1);

    private readonly IAcceptSource _source;
    private readonly EndPoint? _local;
    private readonly DescriptorReserve _reserve;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();

    // A connection that was accepted on another thread may come when the source of it is disposed: the token still tells.
    private readonly CancellationToken _closingToken;
    private readonly TaskCompletionSource<FlowException> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAcceptSink? _sink;
    private TaskCompletionSource? _attached;
    private FlowException? _fault;
    private TimeSpan _backOff = FirstBackOff;
    private bool _started;
    private bool _isBroken;
    private bool _closed;

    /// <summary>Takes over <paramref name="source"/> with its listening socket, bound to <paramref name="local"/>; call <see cref="Attach"/> to begin.</summary>
    public AcceptLoop(IAcceptSource source, EndPoint? local, DescriptorReserve reserve, TimeProvider time, ILogger logger) =>
        (_source, _local, _reserve, _time, _logger, _closingToken) = (source, local, reserve, time, logger, _closing.Token);

    /// <summary>The same for a listening socket, which it takes over and accepts on the way of the lane: null = the portable one.</summary>
    public static AcceptLoop Over(Socket socket, EventLoopGroup? loops, DescriptorReserve reserve, TimeProvider time, ILogger logger) =>
        new(loops is null ? new PortableAccepts(socket) : new LoopAccepts(socket, loops), socket.LocalEndPoint, reserve, time, logger);

    /// <summary>The way on which connections are accepted.</summary>
    public DataLane Lane => _source.Lane;

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
            _source.Start(this);
        }

        Interlocked.Exchange(ref _attached, null)?.TrySetResult();
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
        _source.Close();
        return EndAsync();
    }

    async ValueTask<bool> IAcceptTarget.FailedAsync(SocketError error)
    {
        SocketException e = new((int)error);
        switch (AcceptErrors.Classify(error))
        {
            case AcceptErrorTier.Peer:
                ListenLog.PeerLeftBacklog(_logger, _local, error);
                return true;
            case AcceptErrorTier.Listener:
                FlowException broken = new(FlowLayer.Accept, FlowError.Failed, $"accept: {e.Message}; the listening socket is unusable", e);
                if (Interlocked.Exchange(ref _isBroken, true))
                {
                    // Several threads find the same.
                    return false;
                }

                Report(broken);
                _broken.TrySetResult(broken);
                return false;
            default:
                Report(Shortage(e));
                var backOff = _backOff;
                _backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
                await Task.Delay(backOff, _time, _closingToken);
                return true;
        }
    }

    ValueTask IAcceptTarget.AdmitAsync(SocketStream stream)
    {
        _backOff = FirstBackOff;
        if (_reserve.TryAdmit() is { } ticket)
        {
            Report(null);
            stream.Ticket = ticket;
            if (Volatile.Read(ref _sink) is { } sink)
            {
                Push(stream, sink);
                return ValueTask.CompletedTask;
            }

            return PushLaterAsync(stream);
        }

        if (_reserve.TryHold())
        {
            return HoldAsync(stream);
        }

        Report(_reserve.CreateFault());
        stream.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask EndAsync()
    {
        await _closing.CancelAsync();
        await _source.DisposeAsync();
        _closing.Dispose();
    }

    /// <summary>Waits for room, which the caller has been given a hold for.</summary>
    private async ValueTask HoldAsync(SocketStream stream)
    {
        FlowTicket? ticket;
        try
        {
            do
            {
                Report(_reserve.CreateFault());
                await _reserve.WaitForRoomAsync(_closingToken);
                ticket = _reserve.TryAdmit();
            }
            while (ticket is null);
        }
        catch (OperationCanceledException)
        {
            await stream.DisposeAsync();
            throw;
        }
        finally
        {
            _reserve.ReleaseHold();
        }

        Report(null);
        stream.Ticket = ticket;
        await PushLaterAsync(stream);
    }

    private async ValueTask PushLaterAsync(SocketStream stream) => Push(stream, Volatile.Read(ref _sink) ?? await WaitForSinkAsync(stream));

    private void Push(SocketStream stream, IAcceptSink sink)
    {
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
    private async ValueTask<IAcceptSink> WaitForSinkAsync(SocketStream stream)
    {
        try
        {
            while (true)
            {
                // Several connections may wait for one signal. Looked at after it was laid out: an attachment is either seen here or signalled.
                TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);
                var attached = Interlocked.CompareExchange(ref _attached, made, null) ?? made;
                if (Volatile.Read(ref _sink) is { } sink)
                {
                    return sink;
                }

                await attached.Task.WaitAsync(_closingToken);
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
        if (fault is null && Volatile.Read(ref _fault) is null)
        {
            return;
        }

        var before = Interlocked.Exchange(ref _fault, fault);
        if (before is null && fault is not null)
        {
            ListenLog.AcceptingPaused(_logger, _local, fault.Message);
        }
        else if (fault is null && before is not null)
        {
            ListenLog.AcceptingResumed(_logger, _local);
        }

        Volatile.Read(ref _sink)?.ReportFault(fault);
    }

    private FlowException Shortage(SocketException e) => e.SocketErrorCode == SocketError.TooManyOpenSockets
        ? _reserve.CreateFault()
        : new FlowException(FlowLayer.Accept, FlowError.Failed, $"accept: {e.Message}; accepting is paused", e);
}

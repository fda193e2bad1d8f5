using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// A bound UDP socket, its sessions and the one task that receives. Receiving begins with the first <see cref="Attach"/>; until then
/// datagrams wait in the kernel. Which listener gets new sessions is one reference, swapped without stopping.
/// </summary>
internal sealed class UdpSocketLoop : ISharedDatagrams
{
    /// <summary>Datagrams taken in a row before other work gets the thread.</summary>
    private const int Burst = 128;

    /// <summary>Errors in a row that are taken for news of single datagrams.</summary>
    private const int MaxTransientErrors = 64;

    private static readonly TimeSpan[] Delays = [.. new[] { 1, 2, 4, 5 }.Select(static x => TimeSpan.FromSeconds(x))];

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _offering = new();
    private readonly CancellationTokenSource _stopping = new();
    private UdpAttachment? _attachment;
    private CancellationTokenSource _interrupt = new();
    private Task? _receiving;
    private FlowException? _fault;

    /// <summary>Takes over a bound socket.</summary>
    public UdpSocketLoop(Socket socket, DescriptorReserve descriptors, TimeProvider time, ILogger logger)
    {
        (_socket, _time, _logger) = (socket, time, logger);

        // Replies are sent without waiting; what the kernel cannot take at once goes the asynchronous way.
        _socket.Blocking = false;
        LocalEndPoint = EndPointForms.Unmapped(socket.LocalEndPoint);
        Sessions = new UdpSessionTable(new SocketDatagramPort(socket), descriptors, time, logger);
    }

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint { get; }

    /// <summary>The clients of the socket.</summary>
    public UdpSessionTable Sessions { get; }

    /// <summary>The socket, for options that are set from outside; ownership stays here.</summary>
    public Socket Socket => _socket;

    /// <summary>Sends new sessions to another listener from now on; those that live stay with theirs.</summary>
    public void Attach(UdpAttachment attachment)
    {
        // Publish first, interrupt second; the receive loop renews its interrupt first and reads the attachment second.
        var previous = Interlocked.Exchange(ref _attachment, attachment);
        if (Volatile.Read(ref _fault) is { } fault)
        {
            attachment.Sink.ReportFault(fault);
            if (Volatile.Read(ref _fault) is null)
            {
                // Over in the meantime: that is what must be said last.
                attachment.Sink.ReportFault(null);
            }
        }

        if (Volatile.Read(ref _receiving) is null)
        {
            lock (_offering)
            {
                _receiving ??= ReceiveAsync();
            }
        }
        else if (previous?.Options.ReadBufferSize != attachment.Options.ReadBufferSize)
        {
            Volatile.Read(ref _interrupt).Cancel();
        }

        Sessions.Attach(attachment);
    }

    /// <summary>Ends an attachment, if it is still the current one; when this returns no session is being offered to it.</summary>
    public void Detach(UdpAttachment attachment)
    {
        Interlocked.CompareExchange(ref _attachment, null, attachment);
        lock (_offering)
        {
            // Waits for the offer that may be under way.
        }
    }

    /// <summary>Closes the port before it returns.</summary>
    public void Close()
    {
        Volatile.Write(ref _attachment, null);
        _stopping.Cancel();
        _socket.Dispose();
    }

    /// <summary>Closes the port at once, then every session.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        Sessions.Dispose();
        Task? receiving;
        lock (_offering)
        {
            receiving = _receiving ??= Task.CompletedTask;
        }

        await receiving;

        // A session may have been opened while the others were closed.
        Sessions.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Not on the caller's thread: it is publishing a change.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var client = new SocketAddress(_socket.AddressFamily);
        byte[] buffer = [];
        var (errors, burst) = (0, 0);
        while (!_stopping.IsCancellationRequested)
        {
            var size = Volatile.Read(ref _attachment)?.Options.ReadBufferSize ?? buffer.Length;
            if (buffer.Length != size)
            {
                buffer = GC.AllocateUninitializedArray<byte>(size);
            }

            SocketException fault;
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, client, _interrupt.Token);
                errors = 0;
                Take(client, buffer.AsMemory(0, received));
                if (++burst % Burst == 0)
                {
                    await Task.Yield();
                }

                continue;
            }
            catch (OperationCanceledException)
            {
                Interlocked.Exchange(ref _interrupt, new CancellationTokenSource());
                continue;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                fault = e;
            }

            if (!_stopping.IsCancellationRequested && (++errors > MaxTransientErrors || !SocketDatagramChannel.IsTransient(fault.SocketErrorCode)))
            {
                await BackOffAsync(fault, errors);
            }
        }
    }

    private void Take(SocketAddress client, ReadOnlyMemory<byte> datagram)
    {
        try
        {
            if (_fault is not null)
            {
                Volatile.Write(ref _fault, null);
                Volatile.Read(ref _attachment)?.Sink.ReportFault(null);
            }

            if (Sessions.TryDeliver(client, datagram))
            {
                return;
            }

            lock (_offering)
            {
                if (Volatile.Read(ref _attachment) is { } attachment)
                {
                    Sessions.Open(client, datagram, attachment);
                }
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of one flow must not end the others'.
            DatagramLog.OfferFailed(_logger, LocalEndPoint, e);
        }
    }

    private async ValueTask BackOffAsync(SocketException fault, int errors)
    {
        var delay = Delays[Math.Clamp(errors <= MaxTransientErrors ? errors - 1 : errors - MaxTransientErrors - 1, 0, Delays.Length - 1)];
        DatagramLog.ReceiveFault(_logger, LocalEndPoint, fault.Message, delay);
        FlowException standing = new(FlowLayer.Accept, FlowError.Failed, $"accept: {fault.Message}, retrying in {delay.TotalSeconds:0} s", fault);
        Volatile.Write(ref _fault, standing);
        Volatile.Read(ref _attachment)?.Sink.ReportFault(standing);
        try
        {
            await Task.Delay(delay, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped: the loop ends.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Batches;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// A bound UDP socket with the KCP sessions of its clients and the one task that receives. Receiving begins with the first <see cref="Attach"/>. Which
/// listener gets new sessions is one reference, swapped without stopping; sessions live on with what they began with.
/// </summary>
internal sealed class KcpPort : ISharedDatagrams
{
    private static readonly TimeSpan[] Delays = [.. new[] { 1, 2, 4, 5 }.Select(static x => TimeSpan.FromSeconds(x))];

    private readonly Socket _socket;
    private readonly BatchSocket? _batches;
    private readonly KcpClients _clients;
    private readonly EngineServices _engine;
    private readonly ILogger _logger;
    private readonly Lock _delivering = new();
    private readonly CancellationTokenSource _stopping = new();
    private KcpAttachment? _attachment;
    private Task? _receiving;

    /// <summary>Takes over a bound socket.</summary>
    public KcpPort(Socket socket, EngineServices engine)
    {
        (_socket, _engine, _logger) = (socket, engine, engine.Loggers.CreateLogger<KcpPort>());
        socket.Blocking = false;
        _batches = BatchSocket.IsSupported ? new BatchSocket(socket) : null;
        _clients = new KcpClients(socket, _batches, engine);
        LocalEndPoint = EndPointForms.Unmapped(socket.LocalEndPoint);
    }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public Socket Socket => _socket;

    /// <summary>Sessions that live.</summary>
    public int SessionCount => _clients.Count;

    /// <summary>Sends new sessions to another listener from now on.</summary>
    public void Attach(KcpAttachment attachment)
    {
        attachment.Transport.Prepare(_socket);
        Volatile.Write(ref _attachment, attachment);
        lock (_stopping)
        {
            _receiving ??= ReceiveAsync();
        }
    }

    /// <summary>Ends an attachment, if it is still the current one; when this returns no session is being offered to it.</summary>
    public void Detach(KcpAttachment attachment)
    {
        Interlocked.CompareExchange(ref _attachment, null, attachment);
        lock (_delivering)
        {
            // Waits for the offer that may be under way.
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        Volatile.Write(ref _attachment, null);
        _stopping.Cancel();
        _socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        _clients.Close();
        Task? receiving;
        lock (_stopping)
        {
            receiving = _receiving ??= Task.CompletedTask;
        }

        await receiving;

        // One may have begun while the others were ended.
        _clients.Close();
        _stopping.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Not on the caller's thread: it is publishing a change.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using DatagramReceiver receiver = new(_socket, _batches, _engine.Buffers);
        var errors = 0;
        while (!_stopping.IsCancellationRequested)
        {
            Exception fault;
            try
            {
                var received = await receiver.ReceiveAsync(_stopping.Token);
                Take(received);
                if (errors > 0)
                {
                    errors = 0;
                    Volatile.Read(ref _attachment)?.Sink.ReportFault(null);
                }

                continue;
            }
            catch (Exception e) when (_stopping.IsCancellationRequested || e is ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            catch (SocketException e) when (SocketDatagramChannel.IsTransient(e.SocketErrorCode))
            {
                // News of single datagrams that were sent.
                continue;
            }
            catch (Exception e)
            {
                fault = e;
            }

            await BackOffAsync(fault, errors++);
        }
    }

    private void Take(ReceivedDatagrams received)
    {
        try
        {
            lock (_delivering)
            {
                var attachment = Volatile.Read(ref _attachment);
                for (var run = 0; run < received.Count; run++)
                {
                    var rest = received.Run(run);
                    do
                    {
                        var datagram = rest[..Math.Min(received.Piece(run), rest.Length)];
                        _clients.Deliver(received.Address(run), datagram, attachment);
                        rest = rest[datagram.Length..];
                    }
                    while (rest.Length > 0);
                }
            }

            _clients.EndBurst();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of one session must not end the others'.
            KcpLog.ReceiveFailed(_logger, LocalEndPoint, e);
        }
    }

    private async ValueTask BackOffAsync(Exception fault, int errors)
    {
        var delay = Delays[Math.Min(errors, Delays.Length - 1)];
        KcpLog.ReceiveFault(_logger, LocalEndPoint, fault.Message, delay);
        Volatile.Read(ref _attachment)?.Sink.ReportFault(
            new FlowException(FlowLayer.Accept, FlowError.Failed, $"accept: {fault.Message}, retrying in {delay.TotalSeconds:0} s", fault));
        try
        {
            await Task.Delay(delay, _engine.Time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped: the loop ends.
        }
    }
}

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Net.Loops.Datagrams;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Relaying;

/// <summary>Carries datagrams between a client and its target until one side is closed. Source: spec/forwarding.md section 6.</summary>
/// <remarks>
/// A buffer is rented only while a datagram is carried; a steady flow allocates nothing. Where both ends are of the kernel lane, its pump carries the datagrams.
/// </remarks>
internal sealed class DatagramRelay : IDatagramPumpObserver
{
    /// <summary>Room for the largest datagram: replies are never cut.</summary>
    private const int BufferSize = DatagramSockets.MaxDatagram;

    /// <summary>Datagrams carried in a row before other work gets the thread.</summary>
    private const int Burst = 128;

    private readonly IDatagramChannel _client;
    private readonly IDatagramChannel _target;
    private readonly FlowCounters _counters;
    private readonly BufferPool _buffers;
    private readonly ILogger _logger;
    private readonly DatagramIdleWatch? _idle;
    private readonly DatagramRelayOptions _options;
    private int _end = -1;

    private DatagramRelay(
        IDatagramChannel client, FlowCounters counters, IDatagramChannel target, DatagramRelayOptions options, BufferPool buffers, TimeProvider time, ILogger logger)
    {
        (_client, _target, _counters, _options, _buffers, _logger) = (client, target, counters, options, buffers, logger);
        _idle = options.IdleTimeout > TimeSpan.Zero ? new DatagramIdleWatch(options.IdleTimeout, time, () => EndBy(DatagramRelayEnd.Idle)) : null;
    }

    /// <summary>
    /// Relays until the client's channel or <paramref name="target"/> ends; both are closed then (closing is idempotent, their owners still
    /// dispose them). Counts into the inbound's counters. Never throws for what a peer or the network does.
    /// </summary>
    public static Task<DatagramRelayEnd> RunAsync(
        Inbound inbound, IDatagramChannel target, DatagramRelayOptions options, BufferPool buffers, TimeProvider time, ILogger logger) =>
        RunAsync(inbound, inbound.Channel ?? throw new ArgumentException("not a flow of datagrams", nameof(inbound)), target, options, buffers, time, logger);

    /// <summary>
    /// The same for a client whose datagrams come another way than its flow: framed in the inbound's stream, or on a socket beside it.
    /// </summary>
    public static async Task<DatagramRelayEnd> RunAsync(
        Inbound inbound,
        IDatagramChannel client,
        IDatagramChannel target,
        DatagramRelayOptions options,
        BufferPool buffers,
        TimeProvider time,
        ILogger logger)
    {
        var relay = new DatagramRelay(client, inbound.Counters, target, options, buffers, time, logger);
        using (relay._idle)
        {
            inbound.RelayedTo = target;
            try
            {
                await relay.PumpAsync();
            }
            finally
            {
                inbound.RelayedTo = null;
            }
        }

        var end = (DatagramRelayEnd)Volatile.Read(ref relay._end);
        DatagramRelayLog.Ended(logger, inbound.Id, end, inbound.Counters.InputBytes, inbound.Counters.OutputBytes);
        return end;
    }

    /// <inheritdoc/>
    void IDatagramPumpObserver.Carried(long bytes, bool towardsTarget)
    {
        _idle?.Touch();
        if (towardsTarget)
        {
            _counters.AddInput(bytes);
        }
        else
        {
            _counters.AddOutput(bytes);
        }
    }

    /// <inheritdoc/>
    bool IDatagramPumpObserver.Refused(SocketError error)
    {
        DatagramRelayLog.Refused(_logger, error);
        return _options.EndWhenRefused;
    }

    /// <inheritdoc/>
    void IDatagramPumpObserver.Broken(string reason) => DatagramRelayLog.Broken(_logger, reason);

    private static DatagramRelayEnd ToEnd(DatagramPumpEnd end) => end switch
    {
        DatagramPumpEnd.ClientClosed => DatagramRelayEnd.ClientClosed,
        DatagramPumpEnd.TargetRefused => DatagramRelayEnd.TargetRefused,
        _ => DatagramRelayEnd.TargetClosed,
    };

    private async Task PumpAsync()
    {
        if (!_options.Addressed && LoopDatagramPump.TryJoin(_client, _target, this) is { } pump)
        {
            TrySetEnd(ToEnd(await pump.Ended));
            await CloseAsync();
            return;
        }

        var upstream = PumpAsync(_client, _target, towardsTarget: true);
        var downstream = PumpAsync(_target, _client, towardsTarget: false);
        await Task.WhenAny(upstream, downstream);
        await CloseAsync();
        await Task.WhenAll(upstream, downstream);
    }

    private async Task PumpAsync(IDatagramChannel from, IDatagramChannel to, bool towardsTarget)
    {
        var end = towardsTarget ? DatagramRelayEnd.ClientClosed : DatagramRelayEnd.TargetClosed;
        var burst = 0;
        while (true)
        {
            byte[]? buffer = null;
            try
            {
                if (!await from.WaitToReceiveAsync(CancellationToken.None))
                {
                    break;
                }

                buffer = _buffers.Rent(BufferSize);
                if (await from.ReceiveAsync(buffer, CancellationToken.None) is not { } datagram)
                {
                    break;
                }

                _idle?.Touch();
                await ForwardAsync(to, buffer.AsMemory(0, datagram.Length), datagram.From, towardsTarget);
                if (++burst % Burst == 0)
                {
                    await Task.Yield();
                }
            }
            catch (SocketException e) when (SocketDatagramChannel.IsTransient(e.SocketErrorCode))
            {
                // The target's host sent an ICMP message for an earlier datagram. The socket is as good as before.
                DatagramRelayLog.Refused(_logger, e.SocketErrorCode);
                if (_options.EndWhenRefused)
                {
                    end = DatagramRelayEnd.TargetRefused;
                    break;
                }
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
            {
                DatagramRelayLog.Broken(_logger, e.Message);
                break;
            }
            finally
            {
                if (buffer is not null)
                {
                    _buffers.Return(buffer);
                }
            }
        }

        TrySetEnd(end);
    }

    private ValueTask ForwardAsync(IDatagramChannel to, ReadOnlyMemory<byte> datagram, Target? address, bool towardsTarget)
    {
        if (!towardsTarget)
        {
            // Counted first: sending the reply may close the session, and with it ends the flow.
            _counters.AddOutput(datagram.Length);
            return to.SendAsync(datagram, _options.Addressed ? address : null, CancellationToken.None);
        }

        _counters.AddInput(datagram.Length);
        return _options.Addressed ? DeliverAsync(to, datagram, address) : to.SendAsync(datagram, null, CancellationToken.None);
    }

    /// <summary>Sends to the datagram's own target, whose faults are its own.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(IDatagramChannel to, ReadOnlyMemory<byte> datagram, Target? address)
    {
        try
        {
            await to.SendAsync(datagram, address, CancellationToken.None);
        }
        catch (Exception e) when (e is FlowException or SocketException { SocketErrorCode: not (SocketError.OperationAborted or SocketError.Interrupted) })
        {
            DatagramRelayLog.Undeliverable(_logger, address, e.Message);
        }
    }

    private Task EndBy(DatagramRelayEnd end)
    {
        TrySetEnd(end);
        return CloseAsync();
    }

    /// <summary>Both at once: what still is to be sent to one of them, or is awaited from it, need not hold up the other.</summary>
    private Task CloseAsync() => Task.WhenAll(_client.DisposeAsync().AsTask(), _target.DisposeAsync().AsTask());

    private void TrySetEnd(DatagramRelayEnd end) => Interlocked.CompareExchange(ref _end, (int)end, -1);
}

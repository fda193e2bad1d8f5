using System.Net;
using System.Net.Sockets;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// A bound UDP socket, its sessions and the one task that receives: the portable lane. Receiving begins with the first <see cref="Attach"/>; until then
/// datagrams wait in the kernel.
/// </summary>
internal sealed class UdpSocketLoop : IUdpSocket
{
    /// <summary>Datagrams taken in a row before other work gets the thread.</summary>
    private const int Burst = 128;

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly UdpOffers _offers;
    private readonly Lock _starting = new();
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource _interrupt = new();
    private Task? _receiving;

    /// <summary>Takes over a bound socket.</summary>
    public UdpSocketLoop(Socket socket, DescriptorReserve descriptors, TimeProvider time, ILogger logger)
    {
        (_socket, _time) = (socket, time);

        // Replies are sent without waiting; what the kernel cannot take at once goes the asynchronous way.
        _socket.Blocking = false;
        LocalEndPoint = EndPointForms.Unmapped(socket.LocalEndPoint);
        Sessions = new UdpSessionTable(new SocketDatagramPort(socket), descriptors, time, logger);
        _offers = new UdpOffers(LocalEndPoint, Sessions, logger);
    }

    /// <inheritdoc/>
    public EndPoint? LocalEndPoint { get; }

    /// <inheritdoc/>
    public DataLane Lane => DataLane.Portable;

    /// <inheritdoc/>
    public UdpSessionTable Sessions { get; }

    /// <inheritdoc/>
    public Socket Socket => _socket;

    /// <inheritdoc/>
    public void Attach(UdpAttachment attachment)
    {
        // Publish first, interrupt second; the receive loop renews its interrupt first and reads the attachment second.
        var previous = _offers.Attach(attachment);
        if (Volatile.Read(ref _receiving) is null)
        {
            lock (_starting)
            {
                _receiving ??= ReceiveAsync();
            }
        }
        else if (previous?.Options.ReadBufferSize != attachment.Options.ReadBufferSize)
        {
            Volatile.Read(ref _interrupt).Cancel();
        }
    }

    /// <inheritdoc/>
    public void Detach(UdpAttachment attachment) => _offers.Detach(attachment);

    /// <inheritdoc/>
    public void Close()
    {
        _offers.Clear();
        _stopping.Cancel();
        _socket.Dispose();
    }

    /// <summary>Closes the port at once, then every session.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        Sessions.Dispose();
        Task? receiving;
        lock (_starting)
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
            var size = _offers.Current?.Options.ReadBufferSize ?? buffer.Length;
            if (buffer.Length != size)
            {
                buffer = GC.AllocateUninitializedArray<byte>(size);
            }

            SocketException fault;
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, client, _interrupt.Token);
                errors = 0;
                _offers.Received();
                _offers.Take(client, buffer.AsMemory(0, received));
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

            if (!_stopping.IsCancellationRequested && _offers.Failed(fault, ++errors) is { } delay)
            {
                await BackOffAsync(delay);
            }
        }
    }

    private async ValueTask BackOffAsync(TimeSpan delay)
    {
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

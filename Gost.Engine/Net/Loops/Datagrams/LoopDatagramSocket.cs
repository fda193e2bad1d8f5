using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gost.Engine.Net.Batches;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>
/// A bound UDP socket that lives on one event loop: the kernel lane. Datagrams are received many with one call; those of a session with a pump
/// (<see cref="LoopDatagramPump"/>) go on from the loop's own buffers, those of others to their receivers. Receiving begins with the first
/// <see cref="Attach"/>. Source: spec/forwarding.md section 6.
/// </summary>
internal sealed class LoopDatagramSocket : IUdpSocket, IDatagramPort, ILoopHandler, ILoopWork
{
    /// <summary>Calls in a row before others get the loop.</summary>
    private const int CallsPerTurn = 4;

    private readonly Socket _socket;
    private readonly EventLoop _loop;
    private readonly DatagramWorkspace _space;
    private readonly SocketDatagramPort _port;
    private readonly UdpOffers _offers;
    private readonly SocketAddress _client;
    private readonly Lock _starting = new();
    private readonly Pause _pause;
    private ulong _token;
    private bool _started;
    private bool _closed;
    private int _errors;
    private int _readBufferSize;

    /// <summary>Takes over a bound socket, for the workspace's loop.</summary>
    public LoopDatagramSocket(Socket socket, DatagramWorkspace space, DescriptorReserve descriptors, TimeProvider time, ILogger logger)
    {
        (_socket, _space, _loop) = (socket, space, space.Loop);
        _socket.Blocking = false;
        Handle = socket.SafeHandle;
        _client = new SocketAddress(socket.AddressFamily);
        _port = new SocketDatagramPort(socket);
        _pause = new Pause(this);
        Sessions = new UdpSessionTable(this, descriptors, time, logger);
        _offers = new UdpOffers(LocalEndPoint, Sessions, logger);
        ReceiveInRuns(socket);
        _loop.AddLoad(1);
    }

    /// <summary>The bound address.</summary>
    public EndPoint? LocalEndPoint => _port.LocalEndPoint;

    /// <inheritdoc/>
    public DataLane Lane => DataLane.Kernel;

    /// <inheritdoc/>
    public UdpSessionTable Sessions { get; }

    /// <inheritdoc/>
    public Socket Socket => _socket;

    /// <summary>The socket for calls on the loop's thread.</summary>
    public SafeSocketHandle Handle { get; }

    /// <summary>What datagrams of the loop pass through.</summary>
    public DatagramWorkspace Space => _space;

    /// <summary>Runs come as one buffer from now on where the kernel can (GRO); with an old one each datagram comes alone.</summary>
    public static void ReceiveInRuns(Socket socket)
    {
        try
        {
            var on = 1;
            socket.SetRawSocketOption(LinuxDatagramCalls.SolUdp, LinuxDatagramCalls.UdpGro, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref on)));
        }
        catch (SocketException)
        {
            // Before Linux 5.0.
        }
    }

    /// <inheritdoc/>
    public void Attach(UdpAttachment attachment)
    {
        _offers.Attach(attachment);
        lock (_starting)
        {
            if (!_started && !_closed)
            {
                _started = true;
                _token = _loop.Register((int)Handle.DangerousGetHandle(), LoopEvents.Readable | LoopEvents.EdgeTriggered, this);
            }
        }
    }

    /// <inheritdoc/>
    public void Detach(UdpAttachment attachment) => _offers.Detach(attachment);

    /// <inheritdoc/>
    public void Close()
    {
        lock (_starting)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            if (_started)
            {
                _loop.Unregister(_token);
            }
        }

        _offers.Clear();
        _loop.AddLoad(-1);

        // Waits for a call on the loop's thread that is under way, none of which waits itself.
        _socket.Dispose();
    }

    /// <summary>Closes the port at once, then every session.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        Sessions.Dispose();
        Farewell farewell = new(this);
        _loop.Post(farewell);
        await farewell.Done;

        // A session may have been opened while the others were closed.
        Sessions.Dispose();
    }

    /// <inheritdoc/>
    public (object Key, EndPoint Peer) Identify(object client) => _port.Identify(client);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, object to, CancellationToken cancellationToken) => _port.SendAsync(payload, to, cancellationToken);

    void ILoopHandler.OnEvents(LoopEvents events) => Receive((events & LoopEvents.Error) != 0);

    void ILoopWork.Run() => Receive(untilEmpty: true);

    private void Receive(bool untilEmpty)
    {
        if (_pause.IsOver)
        {
            try
            {
                ReceiveSome(untilEmpty);
            }
            catch (ObjectDisposedException)
            {
                // Closed.
            }
        }
    }

    private void ReceiveSome(bool untilEmpty)
    {
        var slots = _space.Inbound;
        for (var calls = CallsPerTurn; calls > 0; calls--)
        {
            var count = slots.Receive(Handle, 0, slots.Count);
            if (count > 0)
            {
                _errors = 0;
                _offers.Received();
                Dispatch(slots, count);

                // Fewer than there is room for: the queue was empty, and what comes later makes an event.
                if (count < slots.Count && !untilEmpty)
                {
                    return;
                }
            }
            else if (count == -LinuxErrors.Again)
            {
                return;
            }
            else if (_offers.Failed(LinuxErrors.ToException(-count), ++_errors) is { } delay)
            {
                _pause.Start(delay);
                return;
            }
        }

        _loop.DoAgain(this);
    }

    /// <summary>Hands a batch on: first all that belongs to one session together, where it has a pump.</summary>
    private void Dispatch(DatagramSlots slots, int count)
    {
        var limit = _offers.Current?.Options.ReadBufferSize ?? _readBufferSize;
        _readBufferSize = limit;
        var client = _client.Buffer.Span[.._client.Size];
        UdpSession? session = null;
        for (var slot = 0; slot < count; slot++)
        {
            var sender = slots.Sender(slot)[..client.Length];
            if (session is null || !sender.SequenceEqual(client))
            {
                sender.CopyTo(client);
                session = Sessions.Find(_client);
            }

            if (session?.Pump is LoopDatagramPump { TakesBatches: true } pump)
            {
                pump.Stage(slot);
            }
            else
            {
                // Whoever takes it may be a new session, which the next one is looked up for.
                session = null;
                TakeEach(slots, slot, limit);
            }
        }

        foreach (var pump in _space.Staged)
        {
            pump.SendStaged(slots, limit);
        }

        _space.Staged.Clear();
    }

    private void TakeEach(DatagramSlots slots, int slot, int limit)
    {
        ReadOnlyMemory<byte> left = slots.Bytes(slot);
        var size = slots.Size(slot);
        do
        {
            var length = Math.Min(size, left.Length);
            _offers.Take(_client, left[..Math.Min(length, limit)]);
            left = left[length..];
        }
        while (left.Length > 0);
    }

    /// <summary>A time in which receiving is not tried.</summary>
    private sealed class Pause(LoopDatagramSocket socket) : LoopTimer
    {
        public bool IsOver => !IsSet;

        public void Start(TimeSpan delay) => socket._loop.Timers.Set(this, delay);

        public void End() => socket._loop.Timers.Remove(this);

        protected internal override void OnTimer() => socket.Receive(untilEmpty: true);
    }

    /// <summary>The last turn of the loop for this socket.</summary>
    private sealed class Farewell(LoopDatagramSocket socket) : ILoopWork
    {
        // Who waits is not to go on with its own work on the loop's thread.
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public void Run()
        {
            socket._pause.End();
            _done.SetResult();
        }
    }
}

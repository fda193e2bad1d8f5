using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// The kernel lane's stream: a TCP socket of an event loop. What the kernel serves at once completes at once, anything else on the loop's thread, together
/// with what awaits it. An idle stream holds no buffer, task or timer.
/// </summary>
internal sealed partial class LoopStream : SocketStream, ILoopHandler
{
    private readonly DescriptorHandle _handle;
    private volatile EventLoop _loop;
    private ulong _token;
    private LoopReader? _reader;
    private LoopWriter? _writer;
    private ISocketPump? _pump;
    private IPEndPoint? _local;
    private IPEndPoint? _remote;
    private volatile bool _peerEnded;
    private volatile bool _connectSettled;
    private volatile bool _mayHaveFailed;
    private volatile bool _mayHaveBytes;
    private int _writesCompleted;
    private int _ended;

    /// <summary>
    /// Takes over a connected or connecting, non-blocking socket; disposes it when it cannot be watched. Throws <see cref="SocketException"/>. The end points
    /// may be null, then they are asked of the system.
    /// </summary>
    public LoopStream(DescriptorHandle handle, EventLoop loop, IPEndPoint? local, IPEndPoint? remote)
    {
        (_handle, _loop, _local, _remote) = (handle, loop, local, remote);
        try
        {
            _token = loop.Register(handle.Number, LoopEvents.Connection, this);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        loop.AddLoad(1);
    }

    /// <summary>The loop whose thread serves it.</summary>
    public EventLoop Loop => _loop;

    /// <summary>The descriptor; ownership stays here.</summary>
    public DescriptorHandle Handle => _handle;

    /// <summary>Whether the far end was seen to have ended its direction, or the connection to have broken; bytes may still be there.</summary>
    public bool HasPeerEnded => _peerEnded;

    /// <summary>
    /// Whether the loop was ever told of bytes or the end. What it was not told of yet goes to the pump that the stream is given to.
    /// </summary>
    public bool MayHaveBytes => _mayHaveBytes;

    /// <summary>Whether a pump has its events.</summary>
    public bool IsPumped => Volatile.Read(ref _pump) is not null;

    /// <summary>Whether it is known how a connecting socket ended up.</summary>
    public bool IsConnectSettled => _connectSettled;

    /// <summary>Whether the loop was told of an error, which <see cref="TakeError"/> then knows.</summary>
    public bool MayHaveFailed => _mayHaveFailed;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _local ??= Ask(local: true);

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _remote ??= Ask(local: false);

    private LoopReader Reader => Volatile.Read(ref _reader) ?? Publish(ref _reader, new LoopReader(this));

    private LoopWriter Writer => Volatile.Read(ref _writer) ?? Publish(ref _writer, new LoopWriter(this));

    /// <inheritdoc/>
    public override bool TryGetRawSocket([NotNullWhen(true)] out SocketStream? socket)
    {
        socket = Volatile.Read(ref _ended) == 0 ? this : null;
        return socket is not null;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Reader.ReadAsync(buffer, peeks: false, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<int> PeekAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        Reader.ReadAsync(buffer, peeks: true, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Writer.WriteAsync(buffer, cancellationToken);

    /// <summary>
    /// Ends reading by calls, so that a pump can take over: a pending read and later ones give 0, as at the end, and take nothing. Any thread.
    /// </summary>
    internal void InterruptReads() => Reader.Interrupt();

    /// <summary>Completes when the connection is there. Throws <see cref="SocketException"/>.</summary>
    public ValueTask<int> WhenConnectedAsync(CancellationToken cancellationToken) => Writer.WhenConnectedAsync(cancellationToken);

    /// <summary>After that: most connections are pumped from then on, and need no writer.</summary>
    internal void ForgetConnecting() => Volatile.Write(ref _writer, null);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        CompleteWrites();
        return ValueTask.CompletedTask;
    }

    /// <summary>The same at once.</summary>
    public void CompleteWrites()
    {
        if (Interlocked.Exchange(ref _writesCompleted, 1) == 0)
        {
            Shutdown(LinuxCalls.ShutdownWrite);
        }
    }

    /// <inheritdoc/>
    public override void End() => Shutdown(LinuxCalls.ShutdownBoth);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        ResetOnClose();
        Release(LoopClosing.Aborted);
    }

    /// <summary>
    /// Hands the events to a pump, on its loop, to which the stream moves unless it has ended; null ends that. On that loop's thread, while no call is
    /// pending. Throws <see cref="SocketException"/> when the loop has no room; then the stream is where it was.
    /// </summary>
    internal void GiveTo(ISocketPump? pump, EventLoop loop)
    {
        // With a fence: the pump looks next whether the stream has ended, which ends first and tells the pump next.
        Interlocked.Exchange(ref _pump, pump);

        // Which loop it is on changes and is left as one; a lock of its own would be one more object of each connection.
        lock (_handle)
        {
            var from = _loop;
            if (from == loop || Volatile.Read(ref _ended) != 0)
            {
                return;
            }

            var token = loop.Register(_handle.Number, LoopEvents.Connection, this);
            from.Unregister(_token, _handle.Number);
            from.AddLoad(-1);
            (_loop, _token) = (loop, token);
            loop.AddLoad(1);
        }
    }

    void ILoopHandler.OnEvents(LoopEvents events)
    {
        if ((events & (LoopEvents.PeerEnded | LoopEvents.HangUp | LoopEvents.Error)) != 0)
        {
            _peerEnded = true;
        }

        if ((events & (LoopEvents.HangUp | LoopEvents.Error)) != 0)
        {
            _mayHaveFailed = true;
        }

        _connectSettled = true;
        if (Volatile.Read(ref _pump) is { } pump)
        {
            pump.OnEvents(this, events);
            return;
        }

        if ((events & ~LoopEvents.Writable) != 0)
        {
            _mayHaveBytes = true;
            Volatile.Read(ref _reader)?.Signal();
        }

        if ((events & (LoopEvents.Writable | LoopEvents.HangUp | LoopEvents.Error)) != 0)
        {
            Volatile.Read(ref _writer)?.Signal();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Release(LoopClosing.Disposed);
        }

        base.Dispose(disposing);
    }

    /// <summary>Published before it calls the kernel, so that no event passes it by; and before it looks whether the stream has ended meanwhile.</summary>
    private T Publish<T>(ref T? place, T made)
        where T : LoopWaiter
    {
        var published = Interlocked.CompareExchange(ref place, made, null) ?? made;
        if (Volatile.Read(ref _ended) != 0)
        {
            published.Close(LoopClosing.Disposed);
        }

        return published;
    }

    private void Release(LoopClosing reason)
    {
        lock (_handle)
        {
            _loop.Unregister(_token);
            _loop.AddLoad(-1);
        }

        _handle.Dispose();
        SettleTicket();
        Volatile.Read(ref _reader)?.Close(reason);
        Volatile.Read(ref _writer)?.Close(reason);
        Volatile.Read(ref _pump)?.Closed();
    }
}

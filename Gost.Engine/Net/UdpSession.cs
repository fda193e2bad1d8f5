using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>One client of a shared UDP socket or tunnel. Its table delivers, its handler receives and replies. Source: spec/forwarding.md section 6.</summary>
/// <remarks>
/// Delivering resumes a waiting handler on the receive loop's own thread, which saves a thread switch and a copy per datagram; no lock is
/// held then. Closed by its handler's owner, after the first reply without keepalive, when idle, or with the socket.
/// </remarks>
internal sealed partial class UdpSession : IDatagramChannel, IValueTaskSource<bool>
{
    private readonly UdpSessionTable _table;
    private readonly DatagramQueue _queue;
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private Task<bool>? _abandonedWait;
    private ReadOnlyMemory<byte>? _lent;
    private IDatagramPump? _pump;
    private bool _waiting;
    private bool _closed;
    private bool _idle;
    private int _pending = 1;

    /// <summary>A session of <paramref name="table"/>, which closes it with the socket; <paramref name="client"/> must not change any more.</summary>
    public UdpSession(UdpSessionTable table, object client, UdpAttachment attachment)
    {
        (_table, Client, Attachment) = (table, client, attachment);
        _queue = new DatagramQueue(attachment.Options.ReadQueueSize);
    }

    /// <summary>What became of a delivered datagram.</summary>
    internal enum Delivery
    {
        Taken,
        QueueFull,
        Closed,
    }

    /// <summary>The client in the port's form: the table's key.</summary>
    public object Client { get; }

    /// <summary>The listener that opened the session; its options hold for the session's life.</summary>
    public UdpAttachment Attachment { get; }

    /// <summary>The sessions it is one of.</summary>
    public UdpSessionTable Table => _table;

    /// <summary>What takes the session's datagrams instead of a receiver; null = nobody.</summary>
    public IDatagramPump? Pump => Volatile.Read(ref _pump);

    /// <summary>Whether the session outlives its first reply.</summary>
    public bool KeepAlive => Attachment.Options.KeepAlive && !Stateless;

    /// <summary>Whether the session is one datagram and at most one reply.</summary>
    public bool Stateless => Attachment.Options.Stateless;

    /// <summary>Hands over one datagram; its bytes are copied before the call returns.</summary>
    public Delivery Deliver(ReadOnlyMemory<byte> datagram)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Delivery.Closed;
            }

            Volatile.Write(ref _idle, false);
            if (!_waiting)
            {
                return _queue.TryEnqueue(datagram.Span) ? Delivery.Taken : Delivery.QueueFull;
            }

            // The waiting handler takes the bytes from the loop's buffer, mostly before SetResult returns.
            _waiting = false;
            _lent = datagram;
        }

        _wait.SetResult(true);
        lock (_gate)
        {
            if (_lent is { } left)
            {
                _lent = null;
                _queue.TryEnqueue(left.Span);
            }
        }

        return Delivery.Taken;
    }

    /// <summary>A datagram passed in either direction.</summary>
    public void Touch() => Volatile.Write(ref _idle, false);

    /// <summary>Marks the session idle until the next datagram; true when it already was.</summary>
    public bool MarkIdle()
    {
        var idle = Volatile.Read(ref _idle);
        Volatile.Write(ref _idle, true);
        return idle;
    }

    /// <summary>Ends the session: the handler's receive ends, later replies are dropped. Any thread, idempotent.</summary>
    public void Close()
    {
        bool wake;
        IDatagramPump? pump;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _lent = null;
            _queue.Clear();
            wake = _waiting;
            _waiting = false;
            pump = _pump;
        }

        SettlePending();
        _table.Remove(this);
        pump?.ClientClosed();
        if (wake)
        {
            _wait.SetResult(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitToReceiveAsync(CancellationToken cancellationToken)
    {
        SettlePending();
        return cancellationToken.CanBeCanceled || _abandonedWait is not null ? WaitCancellableAsync(cancellationToken) : Wait();
    }

    /// <inheritdoc/>
    public ValueTask<Datagram?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        SettlePending();
        return TryTake(buffer.Span, out var datagram) ? new ValueTask<Datagram?>(datagram) : ReceiveLaterAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, Target? to, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _closed))
        {
            return ValueTask.CompletedTask;
        }

        Volatile.Write(ref _idle, false);
        var sent = _table.SendAsync(payload, Client, cancellationToken);
        if (KeepAlive)
        {
            return sent;
        }

        if (!sent.IsCompletedSuccessfully)
        {
            return CloseAfterAsync(sent);
        }

        sent.GetAwaiter().GetResult();
        Close();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool TryTake(Span<byte> buffer, out Datagram? datagram)
    {
        lock (_gate)
        {
            if (_queue.Count > 0)
            {
                datagram = new Datagram(_queue.Dequeue(buffer), null);
            }
            else if (_lent is { } lent)
            {
                var length = Math.Min(lent.Length, buffer.Length);
                lent.Span[..length].CopyTo(buffer);
                _lent = null;
                datagram = new Datagram(length, null);
            }
            else
            {
                datagram = null;
                return _closed;
            }

            Volatile.Write(ref _idle, false);
            return true;
        }
    }

    private ValueTask<bool> Wait()
    {
        lock (_gate)
        {
            if (_queue.Count > 0 || _lent is not null)
            {
                return new ValueTask<bool>(true);
            }

            if (_closed)
            {
                return new ValueTask<bool>(false);
            }

            _wait.Reset();
            _waiting = true;
            return new ValueTask<bool>(this, _wait.Version);
        }
    }

    /// <summary>A cancelled wait stays armed and serves the next call: there is one receiver.</summary>
    private async ValueTask<bool> WaitCancellableAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _abandonedWait ??= Wait().AsTask();
        var ready = await _abandonedWait.WaitAsync(cancellationToken);
        _abandonedWait = null;
        return ready;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Datagram?> ReceiveLaterAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Datagram? datagram;
        while (!TryTake(buffer.Span, out datagram))
        {
            await WaitToReceiveAsync(cancellationToken);
        }

        return datagram;
    }

    private async ValueTask CloseAfterAsync(ValueTask sent)
    {
        try
        {
            await sent;
        }
        finally
        {
            Close();
        }
    }

    private void SettlePending()
    {
        if (Volatile.Read(ref _pending) != 0 && Interlocked.Exchange(ref _pending, 0) != 0)
        {
            _table.SettlePending();
        }
    }
}

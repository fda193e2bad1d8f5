using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;

namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>
/// Carries the datagrams of one session between the shared socket and the session's own, on the shared socket's loop: a batch of the client's goes to the
/// target with one call, replies go to the client with those of other sessions. Owns no buffer and, once joined, allocates nothing. Borrows both sockets.
/// </summary>
internal sealed partial class LoopDatagramPump : IDatagramPump, IBatchOwner, ILoopHandler, ILoopWork
{
    /// <summary>Replies taken in a row before others get the loop.</summary>
    private const int RepliesPerTurn = 128;

    private const int FewReplies = 2;
    private const int ManyReplies = 16;

    private readonly UdpSession _session;
    private readonly LoopDatagramSocket _port;
    private readonly SocketDatagramChannel _channel;
    private readonly SafeSocketHandle _target;
    private readonly DatagramWorkspace _space;
    private readonly EventLoop _loop;
    private readonly IDatagramPumpObserver _observer;
    private readonly ReadOnlyMemory<byte> _client;

    // Who waits goes on at once on the loop's thread: it only lets go of the two ends, and short sessions are many.
    private readonly TaskCompletionSource<DatagramPumpEnd> _ended = new();
    private ulong? _token;
    private int _firstStaged = -1;
    private int _lastStaged;
    private int _wanted;
    private int _keptCounted;
    private int _clientClosed;
    private State _state;
    private DatagramPumpEnd? _end;
    private bool _isBlocked;
    private bool _repliesLeft;
    private bool _joinsToClient = true;
    private bool _joinsToTarget = true;

    private LoopDatagramPump(UdpSession session, LoopDatagramSocket port, SocketDatagramChannel target, IDatagramPumpObserver observer)
    {
        (_session, _port, _channel, _target, _observer) = (session, port, target, target.Socket.SafeHandle, observer);
        (_space, _loop) = (port.Space, port.Space.Loop);
        var client = (SocketAddress)session.Client;
        _client = client.Buffer[..client.Size];
        _wanted = session.KeepAlive ? FewReplies : 1;
    }

    private enum State
    {
        Joining,
        Running,
        Ending,
        Ended,
    }

    /// <summary>Ends when the client's session is closed, or the way to the target broke or was refused; both are still their owners'.</summary>
    public Task<DatagramPumpEnd> Ended => _ended.Task;

    /// <summary>Whether a batch may be staged now. For the loop's thread, as all below.</summary>
    public bool TakesBatches => _state == State.Running && !_isBlocked;

    /// <summary>
    /// Joins a session of the kernel lane with a target's socket; null where the ends are of another kind, or somebody receives from the session already. Any
    /// thread.
    /// </summary>
    public static LoopDatagramPump? TryJoin(IDatagramChannel client, IDatagramChannel target, IDatagramPumpObserver observer)
    {
        if (client is not UdpSession { Table.Port: LoopDatagramSocket port } session || target is not SocketDatagramChannel channel)
        {
            return null;
        }

        LoopDatagramPump pump = new(session, port, channel, observer);
        if (!session.TryJoin(pump))
        {
            return null;
        }

        if (pump._loop.IsCurrent)
        {
            pump.Start();
        }
        else
        {
            pump._loop.Post(pump);
        }

        return pump;
    }

    /// <summary>Replies were lost on their way to the client.</summary>
    public void CountDropped(DropReason reason) => _session.Table.CountDropped(_session, reason);

    void IBatchOwner.StopJoining(bool towardsClient) => (towardsClient ? ref _joinsToClient : ref _joinsToTarget) = false;

    void IBatchOwner.SendFailed(SocketError error, bool towardsClient)
    {
        if (_state != State.Running)
        {
            return;
        }

        if (towardsClient)
        {
            // One reply that the client's host or the system did not take: nobody's fault here.
            return;
        }

        Fault(error);
    }

    void IDatagramPump.ClientClosed()
    {
        if (Interlocked.Exchange(ref _clientClosed, 1) == 0)
        {
            if (_loop.IsCurrent)
            {
                // After the replies of this turn, one of which may be what closed the session.
                _loop.DoAgain(this);
            }
            else
            {
                _loop.Post(this);
            }
        }
    }

    void ILoopHandler.OnEvents(LoopEvents events)
    {
        if (_isBlocked && (events & LoopEvents.Writable) != 0)
        {
            Unblock();
        }

        ReceiveReplies((events & LoopEvents.Error) != 0);
    }

    void ILoopWork.Run()
    {
        if (_state == State.Joining)
        {
            Start();
        }

        if (Volatile.Read(ref _clientClosed) != 0)
        {
            _end ??= DatagramPumpEnd.ClientClosed;
            _state = _state == State.Ended ? State.Ended : State.Ending;
        }

        if (_state == State.Ending)
        {
            Finish();
        }
        else if (_repliesLeft)
        {
            _repliesLeft = false;
            ReceiveReplies(untilEmpty: true);
        }
    }

    private void Start()
    {
        if (_state != State.Joining)
        {
            return;
        }

        _state = State.Running;
        _loop.AddLoad(1);
        try
        {
            Watch(LoopEvents.Readable);
            SendQueued();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _observer.Broken(e.Message);
            End(DatagramPumpEnd.TargetClosed);
        }
    }

    private void Watch(LoopEvents events)
    {
        if (_token is { } token)
        {
            _loop.Unregister(token, (int)_target.DangerousGetHandle());
            _token = null;
        }

        _token = _loop.Register((int)_target.DangerousGetHandle(), events | LoopEvents.EdgeTriggered, this);
    }

    private void Fault(SocketError error)
    {
        if (!SocketDatagramChannel.IsTransient(error))
        {
            _observer.Broken(error.ToString());
            End(DatagramPumpEnd.TargetClosed);
        }
        else if (_observer.Refused(error))
        {
            End(DatagramPumpEnd.TargetRefused);
        }
    }

    /// <summary>The last turn comes after this one: somebody may be in the middle of using the sockets.</summary>
    private void End(DatagramPumpEnd end)
    {
        if (_state == State.Running)
        {
            (_state, _end) = (State.Ending, end);
            _loop.DoAgain(this);
        }
    }

    private void Finish()
    {
        _state = State.Ended;
        if (_token is { } token)
        {
            // The descriptor is closed next.
            _loop.Unregister(token);
        }

        _loop.AddLoad(-1);
        _ended.SetResult(_end!.Value);
    }
}

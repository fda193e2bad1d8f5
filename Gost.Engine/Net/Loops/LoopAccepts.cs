using System.Net;
using System.Net.Sockets;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// Accepts on all event loops: one listening socket that each of them watches, so that whichever is free takes the next connection, and ten thousand services
/// need no socket per core. While a connection must wait for room nothing more is accepted.
/// </summary>
internal sealed class LoopAccepts : IAcceptSource
{
    private readonly Socket _socket;
    private readonly EventLoopGroup _loops;
    private readonly IPEndPoint? _local;
    private readonly Lock _gate = new();
    private readonly List<LoopAcceptor> _acceptors = [];
    private readonly HashSet<Task> _waiting = [];
    private IAcceptTarget? _target;
    private bool _closed;

    /// <summary>Takes over a listening socket that the framework does not accept on.</summary>
    public LoopAccepts(Socket socket, EventLoopGroup loops)
    {
        (_socket, _loops) = (socket, loops);
        socket.Blocking = false;

        // All connections of a socket that is bound to one address have that at their end.
        _local = socket.LocalEndPoint is IPEndPoint { Address: var address } bound && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? (IPEndPoint)EndPointForms.Unmapped(bound)!
            : null;
        Congestion = loops.Options.Congestion;
        if (_local is not null && IPAddress.IsLoopback(_local.Address))
        {
            // All its peers are on this host, and what it accepts inherits it.
            Congestion?.Apply((int)socket.SafeHandle.DangerousGetHandle());
            Congestion = null;
        }
    }

    /// <inheritdoc/>
    public DataLane Lane => DataLane.Kernel;

    /// <summary>The local end of every connection, null where they differ.</summary>
    public IPEndPoint? Local => _local;

    /// <summary>What connections from this host get, null = nothing of their own.</summary>
    public LoopbackCongestion? Congestion { get; }

    /// <summary>Where connections go; set before anything is accepted.</summary>
    public IAcceptTarget Target => _target!;

    /// <summary>The loops.</summary>
    public EventLoopGroup Loops => _loops;

    /// <inheritdoc/>
    public void Start(IAcceptTarget target)
    {
        _target = target;
        lock (_gate)
        {
            try
            {
                foreach (var loop in _loops.All)
                {
                    _acceptors.Add(new LoopAcceptor(this, _socket, loop));
                }

                Watch();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Suspend(FailAsync((e as SocketException)?.SocketErrorCode ?? SocketError.NoBufferSpaceAvailable));
            }
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Unwatch();
        }

        _socket.Dispose();

        // A call that is under way keeps the port for a moment.
        SpinWait wait = default;
        while (_acceptors.Exists(static x => x.IsCalling))
        {
            wait.SpinOnce();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        Task[] waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
        }

        await Task.WhenAll(waiting);
    }

    /// <summary>Accepts nothing until the task has ended. Any thread.</summary>
    internal void Suspend(Task until)
    {
        lock (_gate)
        {
            Unwatch();
            _waiting.Add(until);
        }

        until.ContinueWith(
            static (ended, state) => ((LoopAccepts)state!).Resume(ended),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Tells the target of an error; ends when accepting may go on, if it may.</summary>
    internal async Task FailAsync(SocketError error)
    {
        try
        {
            if (!await Target.FailedAsync(error))
            {
                lock (_gate)
                {
                    _closed = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closed meanwhile.
        }
    }

    /// <summary>Ends when the target has taken a connection that it could not take at once.</summary>
    internal static async Task WaitAsync(ValueTask admission)
    {
        try
        {
            await admission;
        }
        catch (OperationCanceledException)
        {
            // Closed meanwhile.
        }
    }

    private void Resume(Task ended)
    {
        lock (_gate)
        {
            _waiting.Remove(ended);
            if (_waiting.Count == 0 && !_closed)
            {
                try
                {
                    Watch();
                }
                catch (SocketException e)
                {
                    Suspend(FailAsync(e.SocketErrorCode));
                }
            }
        }
    }

    private void Watch()
    {
        foreach (var acceptor in _acceptors)
        {
            acceptor.Watch();
        }
    }

    private void Unwatch()
    {
        foreach (var acceptor in _acceptors)
        {
            acceptor.Unwatch();
        }
    }
}

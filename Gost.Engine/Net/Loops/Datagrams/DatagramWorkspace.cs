namespace Gost.Engine.Net.Loops.Datagrams;

/// <summary>
/// What all datagrams of one loop pass through, so that a session owns no buffer: room for a batch from clients and what is laid out of it for targets, and
/// the replies of one turn of the loop, which go to the clients together. For the loop's thread.
/// </summary>
internal sealed class DatagramWorkspace(EventLoop loop) : ILoopWork
{
    private const int InboundSlots = 64;
    private const int ReplySlots = 64;

    private DatagramSlots? _inbound;
    private DatagramSlots? _replies;
    private LoopDatagramSocket? _replying;
    private int _usedReplies;
    private bool _scheduled;

    /// <summary>The loop.</summary>
    public EventLoop Loop => loop;

    /// <summary>Room for datagrams of clients.</summary>
    public DatagramSlots Inbound => _inbound ??= new DatagramSlots(InboundSlots, withSenders: true);

    /// <summary>The next slot of the same session in a batch of <see cref="Inbound"/>; -1 = the last.</summary>
    public int[] NextInbound { get; } = new int[InboundSlots];

    /// <summary>Sessions that have a part of the batch.</summary>
    public List<LoopDatagramPump> Staged { get; } = [];

    /// <summary>Datagrams to one target; empty between two uses.</summary>
    public DatagramBatch Upstream { get; } = new();

    /// <summary>Room for replies.</summary>
    public DatagramSlots Replies => _replies ??= new DatagramSlots(ReplySlots, withSenders: false);

    /// <summary>Replies of this turn; what lies in slots below <see cref="ReserveReplies"/>'s.</summary>
    public DatagramBatch Downstream { get; } = new();

    /// <summary>The first of <paramref name="count"/> free slots for replies that will go out of a socket.</summary>
    public int ReserveReplies(LoopDatagramSocket socket, int count)
    {
        if (_replying != socket || _usedReplies + count > ReplySlots)
        {
            FlushReplies();
            _replying = socket;
            Downstream.Begin(socket.Handle);
        }

        return _usedReplies;
    }

    /// <summary>So many of the slots were used: they are sent at the end of the turn.</summary>
    public void UseReplies(int count)
    {
        _usedReplies += count;
        if (!_scheduled)
        {
            _scheduled = true;
            loop.DoAgain(this);
        }
    }

    /// <inheritdoc/>
    public void Run()
    {
        _scheduled = false;
        FlushReplies();
    }

    private void FlushReplies()
    {
        if (_replying is null)
        {
            return;
        }

        try
        {
            if (!Downstream.Flush())
            {
                // The system's own queue is full, as a router's may be: what does not fit is lost, and counted.
                while (Downstream.TryTakeRest(out var owner, out _))
                {
                    ((LoopDatagramPump)owner!).CountDropped(DropReason.SystemBusy);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The port was closed: nobody waits for the replies.
        }
        finally
        {
            (_replying, _usedReplies) = (null, 0);
        }
    }
}

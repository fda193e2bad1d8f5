using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>
/// One thread that waits for events of descriptors and calls their handlers, one at a time. Handlers, posted work and the continuations of
/// the streams of the kernel lane run on it and must not wait for anything. Registering and posting from any thread. Owned by <see cref="EventLoopGroup"/>.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const int MaxEvents = 256;

    // 0.2 ms.
    private static readonly long LongWork = Stopwatch.Frequency / 5000;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Epoll _epoll = new();
    private readonly LoopWaker _waker;
    private readonly EpollEvents _events = new(MaxEvents);
    private readonly LoopSlots _slots = new();
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly Queue<ILoopWork> _again = new();
    private readonly LoopSpin? _spin;
    private readonly SpinRoom? _bulkRoom;
    private readonly Thread _thread;
    private byte[]? _scratch;
    private int _threadId;
    private int _load;
    private volatile bool _stopping;

    /// <summary>
    /// Opens the loop's descriptors; <see cref="Start"/> runs it. Without <paramref name="spin"/> it sleeps as soon as it has nothing to do. One with
    /// <paramref name="bulkRoom"/> is for relays that move much, and says there when it does. Throws <see cref="IOException"/> when the system refuses.
    /// </summary>
    public EventLoop(int index, TimeProvider time, ILogger logger, LoopSpin? spin = null, bool canSplice = true, SpinRoom? bulkRoom = null)
    {
        (Index, _time, _logger, _spin, _bulkRoom) = (index, time, logger, spin, bulkRoom);
        try
        {
            _waker = new LoopWaker();
            Register(_waker.Number, LoopEvents.Readable | LoopEvents.EdgeTriggered, _waker);
        }
        catch
        {
            _waker?.Dispose();
            _epoll.Dispose();
            _events.Dispose();
            throw;
        }

        Now = time.GetTimestamp();
        Pipes = new PipePool(canSplice ? PipePool.MaxPipes : 0);
        Timers = new LoopTimers(this, time);
        _thread = new Thread(Run) { IsBackground = true, Name = $"gost {(IsBulk ? "bulk" : "loop")} {index}" };
    }

    /// <summary>Its place among those of its kind.</summary>
    public int Index { get; }

    /// <summary>Whether it is one for relays that move much.</summary>
    public bool IsBulk => _bulkRoom is not null;

    /// <summary>The loops it is one of; null when it is alone.</summary>
    public EventLoopGroup? Group { get; init; }

    /// <summary>Whether the caller is on this loop's thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == Volatile.Read(ref _threadId);

    /// <summary>The engine's time stamp when the loop woke last; for the loop's thread.</summary>
    public long Now { get; private set; }

    /// <summary>Connections and sessions that live here: what new ones are spread by. Any thread.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>256 KiB that whoever runs on the loop may use until it returns.</summary>
    public byte[] Scratch => _scratch ??= GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);

    /// <summary>Pipes for splicing, none where that is not allowed; for the loop's thread.</summary>
    public PipePool Pipes { get; }

    /// <summary>Timers of what lives here; for the loop's thread.</summary>
    public LoopTimers Timers { get; }

    /// <summary>The time that has passed since a time stamp of the engine's clock.</summary>
    public TimeSpan Elapsed(long since) => _time.GetElapsedTime(since);

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.UnsafeStart();

    /// <summary>One connection or session more (1) or less (-1).</summary>
    public void AddLoad(int change) => Interlocked.Add(ref _load, change);

    /// <summary>
    /// From now on the handler is told of events of the descriptor; with edges, of those that are there already too. Throws
    /// <see cref="System.Net.Sockets.SocketException"/> when the system has no room or the descriptor is closed.
    /// </summary>
    public ulong Register(int descriptor, LoopEvents events, ILoopHandler handler)
    {
        var token = _slots.Add(handler);
        if (_epoll.Add(descriptor, events, token) is var error && error != 0)
        {
            _slots.Remove(token);
            throw LinuxErrors.ToException(error);
        }

        return token;
    }

    /// <summary>
    /// The handler is told no more; a call that is under way on the loop's thread may still end. A descriptor that is closed next need not be named, one that
    /// lives on must be.
    /// </summary>
    public void Unregister(ulong token, int descriptor = -1)
    {
        if (_slots.Remove(token) && descriptor >= 0)
        {
            _epoll.Remove(descriptor);
        }
    }

    /// <summary>Does work on the loop's thread, in the order of posting. Any thread. After the loop has ended nothing is done.</summary>
    public void Post(ILoopWork work)
    {
        _posted.Enqueue(work);
        if (!IsCurrent)
        {
            _waker.Wake();
        }
    }

    /// <summary>Does work after the events that are there already had their turn: how long work shares the thread. For the loop's thread.</summary>
    public void DoAgain(ILoopWork work) => _again.Enqueue(work);

    /// <summary>
    /// Ends the thread and closes the loop's own descriptors; those registered are their owners'. From the loop's own thread that happens when it is left.
    /// </summary>
    public void Dispose()
    {
        _stopping = true;
        _waker.Wake();
        if (_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
        {
            Close();
        }
        else if (!IsCurrent)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        Volatile.Write(ref _threadId, Environment.CurrentManagedThreadId);
        while (!_stopping)
        {
            var count = WaitForEvents();
            _bulkRoom?.NoteBulk(Index, Stopwatch.GetTimestamp());
            Now = _time.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                if (_slots.Find(_events.TokenAt(i)) is { } handler)
                {
                    Guarded(handler, _events.EventsAt(i));
                }
            }

            RunAgain();
            RunPosted();
        }

        RunPosted();
        Close();
    }

    private void RunAgain()
    {
        if (_again.Count == 0)
        {
            return;
        }

        // Long work takes its turn until a good part of a turn is over; the rest of it comes after the events that are there by then.
        var start = Stopwatch.GetTimestamp();
        for (var left = _again.Count; left > 0; left--)
        {
            Guarded(_again.Dequeue());
            if (Stopwatch.GetTimestamp() - start >= LongWork)
            {
                return;
            }
        }
    }

    private void RunPosted()
    {
        // What is posted meanwhile waits for the next turn, so that events are not starved.
        for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var work); left--)
        {
            Guarded(work);
        }
    }

    private int WaitForEvents()
    {
        if (_again.Count > 0 || !_posted.IsEmpty)
        {
            return Poll(0);
        }

        // Without connections it can only wait for new ones, and a loop that spins cannot be the one that the kernel wakes for them: it would wake
        // another one too.
        var count = _spin is not null && Load > 0 && _spin.TryBegin() ? Spin(_spin) : 0;
        if (count > 0 || !_posted.IsEmpty)
        {
            return count;
        }

        _waker.FallAsleep();
        if (_posted.IsEmpty && !_stopping)
        {
            _spin?.FallAsleep();
            count = Poll(-1);
            _spin?.WakeUp();
        }

        _waker.WakeUp();
        return count;
    }

    private int Spin(LoopSpin spin)
    {
        int count;
        do
        {
            count = Poll(0);
        }
        while (count == 0 && _posted.IsEmpty && !_stopping && spin.GoesOn());

        spin.End(found: count > 0 || !_posted.IsEmpty);
        return count;
    }

    private int Poll(int milliseconds) => _epoll.Wait(_events, milliseconds);

    private void Guarded(ILoopHandler handler, LoopEvents events)
    {
        try
        {
            handler.OnEvents(events);
        }
        catch (Exception e)
        {
            // A fault of one connection must not end the others'.
            LoopLog.HandlerFailed(_logger, e, Index);
        }
    }

    private void Guarded(ILoopWork work)
    {
        try
        {
            work.Run();
        }
        catch (Exception e)
        {
            LoopLog.HandlerFailed(_logger, e, Index);
        }
    }

    private void Close()
    {
        Timers.Dispose();
        Pipes.Dispose();
        _waker.Dispose();
        _epoll.Dispose();
        _events.Dispose();
    }
}

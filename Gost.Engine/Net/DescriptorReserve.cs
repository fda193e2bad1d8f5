using Gost.Engine.Abstractions;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>
/// Keeps descriptors free for the store and the API: accepting pauses when fewer than <see cref="EngineOptions.ReservedDescriptors"/>
/// would be left, and goes on by itself when there is room again. The limit is read anew each time, because it can be changed from
/// outside. Thread-safe; one per engine.
/// </summary>
/// <remarks>
/// A measurement costs two system calls and stands for at most <see cref="MeasurementAge"/>; between measurements admissions are
/// subtracted from it, and near the limit every admission measures.
/// </remarks>
internal sealed class DescriptorReserve
{
    /// <summary>How long a measurement with much room may be relied on: the limit can be lowered from outside, and thousands of flows come in a second.</summary>
    public static readonly TimeSpan MeasurementAge = TimeSpan.FromMilliseconds(10);

    /// <summary>How often room is looked for while accepting is paused.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private const int PlentyOfRoom = 64;
    private readonly TimeProvider _time;
    private readonly IDescriptorProbe _probe;
    private readonly Lock _gate = new();
    private long _left;
    private long _measuredAt;
    private int _pending;
    private int _held;
    private int _waiting;
    private TaskCompletionSource? _room;
    private ITimer? _poll;

    /// <summary>A reserve over the process's own descriptors.</summary>
    public DescriptorReserve(EngineOptions options, TimeProvider time)
        : this(options, time, new LinuxDescriptorProbe())
    {
    }

    /// <summary>A reserve over <paramref name="probe"/>.</summary>
    internal DescriptorReserve(EngineOptions options, TimeProvider time, IDescriptorProbe probe)
    {
        (_time, _probe, Reserved) = (time, probe, Math.Max(0, options.ReservedDescriptors));
        Measure();
    }

    /// <summary>Descriptors that are kept free.</summary>
    public int Reserved { get; }

    /// <summary>Accepted flows whose way to the target is not open yet.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>
    /// Whether <paramref name="descriptors"/> more may be opened without touching the reserve. Asked before each session; a yes takes them
    /// off the current measurement.
    /// </summary>
    public bool HasRoom(int descriptors) => HasRoom(descriptors, descriptors);

    /// <summary>
    /// Admits a flow whose accepted descriptor is open and whose way to the target is yet to be opened; null = no room, hold or close it.
    /// </summary>
    public FlowTicket? TryAdmit()
    {
        // The accepted descriptor is in a new measurement, but not in an old one.
        if (!HasRoom(sinceMeasured: 2, now: 1))
        {
            return null;
        }

        Interlocked.Increment(ref _pending);
        return new FlowTicket(this);
    }

    /// <summary>
    /// Whether one more accepted connection may wait for room: each waiting one holds a descriptor of the reserve, so they are few.
    /// A yes is given back with <see cref="ReleaseHold"/>.
    /// </summary>
    public bool TryHold()
    {
        if (Interlocked.Increment(ref _held) <= Math.Max(1, Reserved / 2))
        {
            return true;
        }

        Interlocked.Decrement(ref _held);
        return false;
    }

    /// <summary>A connection no longer waits.</summary>
    public void ReleaseHold() => Interlocked.Decrement(ref _held);

    /// <summary>Completes when there is room for one more flow. One timer serves all that wait; nothing spins.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        Task room;
        lock (_gate)
        {
            _waiting++;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _poll ??= _time.CreateTimer(static x => ((DescriptorReserve)x!).LookForRoom(), this, PollInterval, PollInterval);
            room = _room.Task;
        }

        try
        {
            await room.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                // The last one that gives up stops the timer.
                if (--_waiting == 0)
                {
                    StopPolling();
                }
            }
        }
    }

    /// <summary>What a status says while accepting is paused.</summary>
    public FlowException CreateFault() => new(
        FlowLayer.Accept,
        FlowError.OutOfDescriptors,
        $"accept: too many open files: {Math.Max(0, Measure())} of {_probe.Limit} descriptors are free and {Reserved} are kept in reserve; accepting is paused");

    /// <summary>One ticket was settled.</summary>
    internal void Settled() => Interlocked.Decrement(ref _pending);

    private long Measure()
    {
        var limit = _probe.Limit;
        var left = limit == long.MaxValue ? long.MaxValue / 2 : limit - _probe.Open - Volatile.Read(ref _pending);
        Interlocked.Exchange(ref _left, left);
        Volatile.Write(ref _measuredAt, _time.GetTimestamp());
        return left;
    }

    private bool HasRoom(int sinceMeasured, int now)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _measuredAt)) < MeasurementAge
            && Interlocked.Add(ref _left, -sinceMeasured) >= Reserved + PlentyOfRoom)
        {
            return true;
        }

        return Measure() - now >= Reserved;
    }

    private void LookForRoom()
    {
        lock (_gate)
        {
            // Two: the descriptor of the accepted connection and that of the way to its target.
            if (_room is not null && Measure() - 2 >= Reserved)
            {
                _room.TrySetResult();
                _room = null;
                StopPolling();
            }
        }
    }

    private void StopPolling()
    {
        if (_waiting == 0 || _room is null)
        {
            _poll?.Dispose();
            _poll = null;
        }
    }
}

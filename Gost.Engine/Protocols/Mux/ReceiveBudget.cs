namespace Gost.Engine.Protocols.Mux;

/// <summary>
/// Counts the bytes of all streams of a session that wait to be read. Above the limit the session stops reading its transport. Thread-safe; one waiter.
/// </summary>
internal sealed class ReceiveBudget(long limit)
{
    private long _limit = limit;
    private long _used;
    private TaskCompletionSource? _room;

    /// <summary>Bytes that may wait.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Bytes that wait.</summary>
    public long Used => Interlocked.Read(ref _used);

    public bool IsExceeded => Used > Limit;

    /// <summary>Whether reading is stopped now.</summary>
    public bool IsBlocked => Volatile.Read(ref _room) is not null;

    public void Add(int bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(int bytes)
    {
        if (bytes > 0 && Interlocked.Add(ref _used, -bytes) <= Limit)
        {
            Open();
        }
    }

    /// <summary>Lifts the limit: nothing waits here any more.</summary>
    public void Lift()
    {
        Limit = long.MaxValue;
        Interlocked.MemoryBarrier();
        Open();
    }

    /// <summary>Ends when the count is within the limit again.</summary>
    public Task WaitForRoomAsync()
    {
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _room, room);

        // Looked at after the signal was laid out: a release is either seen here or signals.
        Interlocked.MemoryBarrier();
        if (!IsExceeded)
        {
            Open();
        }

        return room.Task;
    }

    private void Open() => Interlocked.Exchange(ref _room, null)?.TrySetResult();
}

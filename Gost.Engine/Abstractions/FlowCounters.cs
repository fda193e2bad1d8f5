namespace Gost.Engine.Abstractions;

/// <summary>
/// Bytes of one flow, and of the service it belongs to. Input = read from the client, output = written to it.
/// Any thread: the connections behind a remote bind share the counters of its tunnel.
/// </summary>
public sealed class FlowCounters(TrafficTotals? totals = null)
{
    private long _input;
    private long _output;
    private string _target = "";

    /// <summary>Bytes read from the client.</summary>
    public long InputBytes => Interlocked.Read(ref _input);

    /// <summary>Bytes written to the client.</summary>
    public long OutputBytes => Interlocked.Read(ref _output);

    /// <summary>The target that was reached, empty before.</summary>
    public string Target
    {
        get => Volatile.Read(ref _target);
        set => Volatile.Write(ref _target, value);
    }

    /// <summary>Counts bytes read from the client.</summary>
    public void AddInput(long bytes)
    {
        Interlocked.Add(ref _input, bytes);
        totals?.AddInput(bytes);
    }

    /// <summary>Counts bytes written to the client.</summary>
    public void AddOutput(long bytes)
    {
        Interlocked.Add(ref _output, bytes);
        totals?.AddOutput(bytes);
    }
}

/// <summary>Byte totals that many flows add to.</summary>
public sealed class TrafficTotals
{
    private long _input;
    private long _output;
    private long _droppedPackets;

    /// <summary>Bytes read from clients.</summary>
    public long InputBytes => Interlocked.Read(ref _input);

    /// <summary>Bytes written to clients.</summary>
    public long OutputBytes => Interlocked.Read(ref _output);

    /// <summary>Datagrams that found a full queue or backlog.</summary>
    public long DroppedPackets => Interlocked.Read(ref _droppedPackets);

    /// <summary>Adds to the input.</summary>
    public void AddInput(long bytes) => Interlocked.Add(ref _input, bytes);

    /// <summary>Adds to the output.</summary>
    public void AddOutput(long bytes) => Interlocked.Add(ref _output, bytes);

    /// <summary>Counts one dropped datagram.</summary>
    public void AddDropped() => Interlocked.Increment(ref _droppedPackets);
}

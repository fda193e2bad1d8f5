using Prometheus;

namespace Gost.Api.Metrics;

/// <summary>The series of one service and client. Byte totals of ended flows are kept apart, the counters also hold those of live ones.</summary>
internal sealed class FlowSeries(Counter.Child requests, Gauge.Child inFlight, Counter.Child input, Counter.Child output, Counter.Child errors)
{
    private long _input;
    private long _output;

    /// <summary>Flows admitted.</summary>
    public Counter.Child Requests { get; } = requests;

    /// <summary>Flows that live.</summary>
    public Gauge.Child InFlight { get; } = inFlight;

    /// <summary>Bytes from the client.</summary>
    public Counter.Child Input { get; } = input;

    /// <summary>Bytes to the client.</summary>
    public Counter.Child Output { get; } = output;

    /// <summary>Flows that failed.</summary>
    public Counter.Child Errors { get; } = errors;

    /// <summary>Bytes of flows that ended.</summary>
    public (long Input, long Output) Ended => (Interlocked.Read(ref _input), Interlocked.Read(ref _output));

    /// <summary>Adds those of a flow that ended.</summary>
    public void AddEnded(long input, long output)
    {
        Interlocked.Add(ref _input, input);
        Interlocked.Add(ref _output, output);
    }
}

using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gost.Engine.Relaying;

/// <summary>
/// Copies between two streams until both directions have ended. Each direction ends alone: the end of one side's data is passed on as
/// the end of writing to the other, and the opposite direction lives until it ends too, or until nothing moved for the idle timeout.
/// Source: spec/forwarding.md section 7, design.md section 1 (half-close).
/// </summary>
/// <remarks>
/// The one place that picks a pump: two sockets of the kernel lane (<see cref="DuplexStream.TryGetRawSocket"/>) are pumped by their event loop, everything
/// else goes through buffers, and is handed to the loop when protocols that speak with the first data have left two such sockets. Thread-safe; one per handler.
/// </remarks>
internal sealed class StreamRelay(TimeProvider time, BufferPool buffers, ILogger logger)
{
    /// <summary>A relay that logs flows as the engine logs.</summary>
    public StreamRelay(EngineServices engine)
        : this(engine.Time, engine.Buffers, engine.Loggers.CreateLogger<StreamRelay>())
    {
    }

    /// <summary>A relay that logs nothing.</summary>
    public StreamRelay(TimeProvider time, BufferPool buffers)
        : this(time, buffers, NullLogger.Instance)
    {
    }

    /// <summary>
    /// Relays a flow of a service to its end and logs both. <paramref name="client"/> is the flow's own stream, or what a protocol made of it; the rest as
    /// in the other overload.
    /// </summary>
    public ValueTask<RelayOutcome> RunAsync(Inbound inbound, DuplexStream client, DuplexStream target, TimeSpan idleTimeout) =>
        !logger.IsEnabled(LogLevel.Debug) && LoopPair.TryOf(client, target, out var sockets)
            ? new SocketPump(sockets, inbound.Counters, buffers, idleTimeout).RunAsync() // most flows: nothing else waits for them
            : RunCuttableAsync(inbound, client, target, idleTimeout);

    /// <summary>
    /// Runs to the end; throws nothing for what the peers do, but the <see cref="FlowException"/> of a stream whose far end refuses only now, because its
    /// protocol answers with the first data. Borrows both streams and may end them; their owners still dispose them.
    /// Counts each chunk in <paramref name="counters"/> as it passes. <paramref name="idleTimeout"/> zero = none.
    /// </summary>
    public ValueTask<RelayOutcome> RunAsync(DuplexStream client, DuplexStream target, FlowCounters counters, TimeSpan idleTimeout) =>
        LoopPair.TryOf(client, target, out var sockets)
            ? new SocketPump(sockets, counters, buffers, idleTimeout).RunAsync()
            : new ValueTask<RelayOutcome>(new BufferPump(client, target, counters, buffers, time, idleTimeout).RunAsync());

    private async ValueTask<RelayOutcome> RunCuttableAsync(Inbound inbound, DuplexStream client, DuplexStream target, TimeSpan idleTimeout)
    {
        var counters = inbound.Counters;
        StreamRelayLog.Joined(logger, inbound.Id, inbound.Client, counters.Target);
        inbound.RelayedTo = target;
        RelayOutcome outcome;
        try
        {
            outcome = await RunAsync(client, target, counters, idleTimeout);
        }
        finally
        {
            inbound.RelayedTo = null;
        }

        StreamRelayLog.Ended(logger, inbound.Id, inbound.Client, counters.Target, outcome, counters.InputBytes, counters.OutputBytes);
        return outcome;
    }
}

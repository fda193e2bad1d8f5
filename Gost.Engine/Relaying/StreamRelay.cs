using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Relaying;

/// <summary>
/// Copies between two streams until both directions have ended. Each direction ends alone: the end of one side's data is passed on as
/// the end of writing to the other, and the opposite direction lives until it ends too, or until nothing moved for the idle timeout.
/// Source: spec/forwarding.md section 7, design.md section 1 (half-close).
/// </summary>
/// <remarks>
/// The one place that picks a pump: two raw sockets (<see cref="DuplexStream.TryGetRawSocket"/>) could be pumped by the kernel, everything else
/// goes through buffers. At present every pair goes through buffers. Thread-safe; one per handler.
/// </remarks>
internal sealed class StreamRelay(TimeProvider time, BufferPool buffers)
{
    /// <summary>
    /// Runs to the end; throws nothing for what the peers do, but the <see cref="FlowException"/> of a stream whose far end refuses only now, because its
    /// protocol answers with the first data. Borrows both streams and may end them; their owners still dispose them.
    /// Counts each chunk in <paramref name="counters"/> as it passes. <paramref name="idleTimeout"/> zero = none.
    /// </summary>
    public Task<RelayOutcome> RunAsync(DuplexStream client, DuplexStream target, FlowCounters counters, TimeSpan idleTimeout) =>
        new BufferPump(client, target, counters, buffers, time, idleTimeout).RunAsync();
}

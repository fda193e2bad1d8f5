using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>Log lines of the event loops, events 2600 to 2619.</summary>
internal static partial class LoopLog
{
    [LoggerMessage(2600, LogLevel.Error, "a handler of event loop {Index} failed", EventName = "LoopHandlerFailed")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, int index);

    [LoggerMessage(2601, LogLevel.Information, "kernel lane: {Loops} event loops, spin {SpinMicroseconds} us, {Moves}: {Reason}", EventName = "KernelLane")]
    public static partial void KernelLane(ILogger logger, int loops, double spinMicroseconds, string moves, string reason);

    [LoggerMessage(2602, LogLevel.Information, "portable lane: {Reason}", EventName = "PortableLane")]
    public static partial void PortableLane(ILogger logger, string reason);

    [LoggerMessage(2603, LogLevel.Debug, "a relay that moves much shares its loop with others, there is no loop for such relays: {Reason}", EventName = "NoBulkLoops")]
    public static partial void NoBulkLoops(ILogger logger, string reason);
}

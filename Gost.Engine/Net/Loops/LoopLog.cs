using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net.Loops;

/// <summary>Log lines of the event loops, events 2600 to 2619.</summary>
internal static partial class LoopLog
{
    [LoggerMessage(2600, LogLevel.Error, "a handler of event loop {Index} failed", EventName = "LoopHandlerFailed")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, int index);
}

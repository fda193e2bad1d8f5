using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers.Sessions;

/// <summary>Log lines of sessions that are dialled and shared; events 2151 to 2159.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(2151, LogLevel.Debug, "session to {Node} opened", EventName = "SessionDialled")]
    public static partial void Dialled(ILogger logger, string node);

    [LoggerMessage(2152, LogLevel.Debug, "session to {Node} ended: {Reason}", EventName = "DialledSessionEnded")]
    public static partial void Ended(ILogger logger, string node, string reason);
}

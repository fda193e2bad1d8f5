using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Log lines of the relay handler; events 2600 to 2619.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(2602, LogLevel.Debug, "[{Sid}] {Client} is refused with status {Status}", EventName = "RelayRefused")]
    public static partial void Refused(ILogger logger, long sid, EndPoint client, RelayStatus status);
}

using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Auto;

/// <summary>Log lines of the handler that finds out the protocol; events 2520 to 2529.</summary>
internal static partial class AutoLog
{
    [LoggerMessage(2520, LogLevel.Debug, "[{Sid}] {Client} speaks {Protocol}", EventName = "ProtocolFound")]
    public static partial void Found(ILogger logger, long sid, EndPoint client, string protocol);
}

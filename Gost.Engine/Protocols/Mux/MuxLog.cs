using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Mux;

/// <summary>Log lines of multiplexed sessions; events 2150 to 2169.</summary>
internal static partial class MuxLog
{
    [LoggerMessage(2150, LogLevel.Debug, "{Service}: multiplexed session with {Peer} ended: {Reason}", EventName = "MuxSessionEnded")]
    public static partial void SessionEnded(ILogger logger, string service, EndPoint? peer, string reason);
}

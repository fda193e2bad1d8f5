using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>Log lines of KCP; events 2600 to 2619.</summary>
internal static partial class KcpLog
{
    [LoggerMessage(2600, LogLevel.Debug, "{Service}: {Peer}: {Reason}", EventName = "KcpDatagramRefused")]
    public static partial void Refused(ILogger logger, string service, EndPoint? peer, string reason);

    [LoggerMessage(2601, LogLevel.Warning, "kcp {Local}: receiving failed: {Error}; trying again in {Delay}", EventName = "KcpReceiveFault")]
    public static partial void ReceiveFault(ILogger logger, EndPoint? local, string error, TimeSpan delay);

    [LoggerMessage(2602, LogLevel.Error, "kcp {Local}: a datagram could not be handled", EventName = "KcpReceiveFailed")]
    public static partial void ReceiveFailed(ILogger logger, EndPoint? local, Exception exception);
}

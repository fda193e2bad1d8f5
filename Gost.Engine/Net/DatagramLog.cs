using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>Log lines of UDP sockets, events 2300 to 2399.</summary>
internal static partial class DatagramLog
{
    [LoggerMessage(EventId = 2300, EventName = "UdpDropped", Level = LogLevel.Warning, Message = "udp {Local}: {Count} datagrams discarded, last reason: {Reason}")]
    public static partial void Dropped(ILogger logger, EndPoint? local, long count, DropReason reason);

    [LoggerMessage(EventId = 2301, EventName = "UdpReceiveFault", Level = LogLevel.Warning, Message = "udp {Local}: receiving failed: {Error}; trying again in {Delay}")]
    public static partial void ReceiveFault(ILogger logger, EndPoint? local, string error, TimeSpan delay);

    [LoggerMessage(EventId = 2302, EventName = "UdpReceiveLoopFailed", Level = LogLevel.Error, Message = "udp {Local}: a session could not be offered")]
    public static partial void OfferFailed(ILogger logger, EndPoint? local, Exception exception);
}

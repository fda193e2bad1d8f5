using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Relaying;

/// <summary>Log lines of datagram relays, events 2450 to 2499.</summary>
internal static partial class DatagramRelayLog
{
    [LoggerMessage(EventId = 2450, EventName = "DatagramsEnded", Level = LogLevel.Debug, Message = "datagrams of flow {Id} ended: {End}, {Input} bytes in, {Output} bytes out")]
    public static partial void Ended(ILogger logger, long id, DatagramRelayEnd end, long input, long output);

    [LoggerMessage(EventId = 2451, EventName = "DatagramRefused", Level = LogLevel.Debug, Message = "a datagram was not taken: {Error}")]
    public static partial void Refused(ILogger logger, SocketError error);

    [LoggerMessage(EventId = 2452, EventName = "DatagramsBroken", Level = LogLevel.Debug, Message = "datagrams cannot go on: {Reason}")]
    public static partial void Broken(ILogger logger, string reason);

    [LoggerMessage(EventId = 2453, EventName = "DatagramUndeliverable", Level = LogLevel.Debug, Message = "a datagram to {Target} was dropped: {Reason}")]
    public static partial void Undeliverable(ILogger logger, Target? target, string reason);
}

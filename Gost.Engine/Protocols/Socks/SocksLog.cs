using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Socks;

/// <summary>Log lines of SOCKS services, events 3300 to 3349.</summary>
internal static partial class SocksLog
{
    [LoggerMessage(EventId = 3302, EventName = "SocksBound", Level = LogLevel.Debug, Message = "flow {Id}: {Client} waits for a connection at {Bound}")]
    public static partial void Waiting(ILogger logger, long id, EndPoint client, EndPoint? bound);

    [LoggerMessage(EventId = 3303, EventName = "SocksAssociated", Level = LogLevel.Debug, Message = "flow {Id}: {Client} sends datagrams to {Bound}")]
    public static partial void Associated(ILogger logger, long id, EndPoint client, EndPoint? bound);

    [LoggerMessage(EventId = 3304, EventName = "SocksStranger", Level = LogLevel.Debug, Message = "flow {Id}: a connection from {Peer} was not asked for and is closed")]
    public static partial void Stranger(ILogger logger, long id, EndPoint? peer);
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>Log lines of listening sockets; events 2000 to 2049.</summary>
internal static partial class ListenLog
{
    [LoggerMessage(2000, LogLevel.Information, "listening on {Local} (tcp)", EventName = "Listening")]
    public static partial void Listening(ILogger logger, EndPoint? local);

    [LoggerMessage(2001, LogLevel.Information, "listening socket {Local} (tcp) closed", EventName = "ListenerClosed")]
    public static partial void Closed(ILogger logger, EndPoint? local);

    [LoggerMessage(2002, LogLevel.Warning, "{Local}: {Reason}", EventName = "AcceptingPaused")]
    public static partial void AcceptingPaused(ILogger logger, EndPoint? local, string reason);

    [LoggerMessage(2003, LogLevel.Information, "{Local}: accepting again", EventName = "AcceptingResumed")]
    public static partial void AcceptingResumed(ILogger logger, EndPoint? local);

    [LoggerMessage(2004, LogLevel.Debug, "{Local}: a connection left the backlog: {Error}", EventName = "PeerLeftBacklog")]
    public static partial void PeerLeftBacklog(ILogger logger, EndPoint? local, SocketError error);

    [LoggerMessage(2005, LogLevel.Error, "{Local}: an accepted connection could not be handed over", EventName = "SinkFailed")]
    public static partial void SinkFailed(ILogger logger, Exception exception, EndPoint? local);
}

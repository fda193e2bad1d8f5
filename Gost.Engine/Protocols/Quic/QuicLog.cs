using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Quic;

/// <summary>Log lines of QUIC; events 2681 to 2689.</summary>
internal static partial class QuicLog
{
    [LoggerMessage(2681, LogLevel.Debug, "service {Service}: {Client} is not admitted", EventName = "QuicNotAdmitted")]
    public static partial void NotAdmitted(ILogger logger, string service, EndPoint client);

    [LoggerMessage(2682, LogLevel.Debug, "service {Service}: QUIC handshake failed: {Reason}", EventName = "QuicHandshakeFailed")]
    public static partial void HandshakeFailed(ILogger logger, string service, string reason);

    [LoggerMessage(2683, LogLevel.Debug, "service {Service}: QUIC connection of {Client} ended: {Reason}", EventName = "QuicSessionEnded")]
    public static partial void SessionEnded(ILogger logger, string service, EndPoint client, string reason);
}

using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Http;

/// <summary>Log lines of the HTTP proxy; events 2500 to 2519.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(2502, LogLevel.Debug, "[{Sid}] {Client}: {Method} {Target} answered with {Status}", EventName = "HttpForwarded")]
    public static partial void Forwarded(ILogger logger, long sid, EndPoint client, string method, string target, int status);

    [LoggerMessage(2503, LogLevel.Debug, "[{Sid}] {Client}: the exchange with {Target} broke: {Reason}", EventName = "HttpBroken")]
    public static partial void Broken(ILogger logger, long sid, EndPoint client, string target, string reason);
}

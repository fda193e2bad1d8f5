using System.Net;
using Gost.Engine.Relaying;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Http;

/// <summary>Log lines of the HTTP proxy; events 2500 to 2519.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(2500, LogLevel.Debug, "[{Sid}] {Client} <> {Target}", EventName = "HttpJoined")]
    public static partial void Joined(ILogger logger, long sid, EndPoint client, string target);

    [LoggerMessage(2501, LogLevel.Debug, "[{Sid}] {Client} >< {Target}: {Outcome}, {Input} bytes in, {Output} bytes out", EventName = "HttpEnded")]
    public static partial void Ended(ILogger logger, long sid, EndPoint client, string target, RelayOutcome outcome, long input, long output);

    [LoggerMessage(2502, LogLevel.Debug, "[{Sid}] {Client}: {Method} {Target} answered with {Status}", EventName = "HttpForwarded")]
    public static partial void Forwarded(ILogger logger, long sid, EndPoint client, string method, string target, int status);

    [LoggerMessage(2503, LogLevel.Debug, "[{Sid}] {Client}: the exchange with {Target} broke: {Reason}", EventName = "HttpBroken")]
    public static partial void Broken(ILogger logger, long sid, EndPoint client, string target, string reason);
}

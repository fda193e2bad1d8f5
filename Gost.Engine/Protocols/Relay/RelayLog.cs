using System.Net;
using Gost.Engine.Relaying;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Relay;

/// <summary>Log lines of the relay handler; events 2600 to 2619.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(2600, LogLevel.Debug, "[{Sid}] {Client} <> {Target}", EventName = "RelayJoined")]
    public static partial void Joined(ILogger logger, long sid, EndPoint client, string target);

    [LoggerMessage(2601, LogLevel.Debug, "[{Sid}] {Client} >< {Target}: {Outcome}, {Input} bytes in, {Output} bytes out", EventName = "RelayEnded")]
    public static partial void Ended(ILogger logger, long sid, EndPoint client, string target, RelayOutcome outcome, long input, long output);

    [LoggerMessage(2602, LogLevel.Debug, "[{Sid}] {Client} is refused with status {Status}", EventName = "RelayRefused")]
    public static partial void Refused(ILogger logger, long sid, EndPoint client, RelayStatus status);
}

using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Relaying;

/// <summary>Log lines of relayed stream flows; events 2200 to 2209.</summary>
internal static partial class StreamRelayLog
{
    [LoggerMessage(2200, LogLevel.Debug, "[{Sid}] {Client} <> {Target}", EventName = "FlowJoined")]
    public static partial void Joined(ILogger logger, long sid, EndPoint client, string target);

    [LoggerMessage(2201, LogLevel.Debug, "[{Sid}] {Client} >< {Target}: {Outcome}, {Input} bytes in, {Output} bytes out", EventName = "FlowEnded")]
    public static partial void Ended(ILogger logger, long sid, EndPoint client, string target, RelayOutcome outcome, long input, long output);
}

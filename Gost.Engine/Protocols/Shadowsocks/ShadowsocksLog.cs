using System.Net;
using Gost.Engine.Relaying;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Log lines of the Shadowsocks handlers; events 2640 to 2659.</summary>
internal static partial class ShadowsocksLog
{
    [LoggerMessage(2640, LogLevel.Debug, "[{Sid}] {Client} <> {Target}", EventName = "ShadowsocksJoined")]
    public static partial void Joined(ILogger logger, long sid, EndPoint client, string target);

    [LoggerMessage(2641, LogLevel.Debug, "[{Sid}] {Client} >< {Target}: {Outcome}, {Input} bytes in, {Output} bytes out", EventName = "ShadowsocksEnded")]
    public static partial void Ended(ILogger logger, long sid, EndPoint client, string target, RelayOutcome outcome, long input, long output);

    [LoggerMessage(2642, LogLevel.Debug, "[{Sid}] {Client} sends datagrams", EventName = "ShadowsocksAssociated")]
    public static partial void Associated(ILogger logger, long sid, EndPoint client);
}

using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>Log lines of the Shadowsocks handlers; events 2640 to 2649.</summary>
internal static partial class ShadowsocksLog
{
    [LoggerMessage(2642, LogLevel.Debug, "[{Sid}] {Client} sends datagrams", EventName = "ShadowsocksAssociated")]
    public static partial void Associated(ILogger logger, long sid, EndPoint client);
}

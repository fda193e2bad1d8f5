using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Layers;

/// <summary>Log lines of the accept layers; events 2100 to 2149.</summary>
internal static partial class LayerLog
{
    [LoggerMessage(2100, LogLevel.Debug, "{Service}: {Client} is not admitted", EventName = "NotAdmitted")]
    public static partial void NotAdmitted(ILogger logger, string service, EndPoint client);

    [LoggerMessage(2101, LogLevel.Warning, "{Service}: {Peer} closed, {Limit} handshakes are under way", EventName = "TooManyHandshakes")]
    public static partial void TooManyHandshakes(ILogger logger, string service, EndPoint peer, int limit);

    [LoggerMessage(2102, LogLevel.Debug, "{Service}: handshake with {Peer} failed: {Reason}", EventName = "HandshakeFailed")]
    public static partial void HandshakeFailed(ILogger logger, string service, EndPoint peer, string reason);

    [LoggerMessage(2103, LogLevel.Debug, "{Service}: {Count} more failures of peers within {Seconds} s", EventName = "FaultsLeftOut")]
    public static partial void LeftOut(ILogger logger, string service, long count, int seconds);
}

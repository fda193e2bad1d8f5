using System.Net;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Remote;

/// <summary>Log lines of remote forwarding at the serving end and in the tunnel; events 2500 to 2519.</summary>
internal static partial class RemoteLog
{
    [LoggerMessage(2500, LogLevel.Information, "service {Service}: bound {Network} {Address} for {Client}", EventName = "BindHeld")]
    public static partial void Held(ILogger logger, string service, string network, EndPoint? address, EndPoint client);

    [LoggerMessage(2501, LogLevel.Information, "service {Service}: {Network} {Address}, bound for {Client}, is free again", EventName = "BindFreed")]
    public static partial void Freed(ILogger logger, string service, string network, EndPoint? address, EndPoint client);

    [LoggerMessage(2502, LogLevel.Information, "service {Service}: {Client} binds {Address} anew; its silent tunnel is closed", EventName = "BindTakenOver")]
    public static partial void TakenOver(ILogger logger, string service, EndPoint client, IPEndPoint address);

    [LoggerMessage(2503, LogLevel.Debug, "service {Service}: connection from {Peer} was not carried: {Reason}", EventName = "BindConnectionFailed")]
    public static partial void ConnectionFailed(ILogger logger, string service, EndPoint? peer, string reason);

    [LoggerMessage(2504, LogLevel.Debug, "tunnel at {Address}: a connection was refused: {Reason}", EventName = "TunnelStreamRefused")]
    public static partial void StreamRefused(ILogger logger, EndPoint? address, string reason);

    [LoggerMessage(2505, LogLevel.Debug, "tunnel at {Address}: {Reason}", EventName = "TunnelDatagramsFailed")]
    public static partial void DatagramsFailed(ILogger logger, EndPoint? address, string reason);
}

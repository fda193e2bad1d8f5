using System.Net;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Protocols.Ssh;

/// <summary>Log lines of ssh and sshd; events 2650 to 2669.</summary>
internal static partial class SshLog
{
    [LoggerMessage(2650, LogLevel.Debug, "service {Service}: {Client} logged in as {User} ({Identification})", EventName = "SshLoggedIn")]
    public static partial void LoggedIn(ILogger logger, string service, EndPoint client, string user, string identification);

    [LoggerMessage(2651, LogLevel.Debug, "service {Service}: {Client} did not log in: {Reason}", EventName = "SshHandshakeFailed")]
    public static partial void HandshakeFailed(ILogger logger, string service, EndPoint client, string reason);

    [LoggerMessage(2652, LogLevel.Debug, "service {Service}: the connection of {Client} ended: {Reason}", EventName = "SshSessionEnded")]
    public static partial void SessionEnded(ILogger logger, string service, EndPoint client, string reason);

    [LoggerMessage(2653, LogLevel.Warning, "service {Service}: too many wrong passwords from {Client}, none are taken for {Seconds} s", EventName = "SshPasswordsBlocked")]
    public static partial void Blocked(ILogger logger, string service, EndPoint client, int seconds);

    [LoggerMessage(2656, LogLevel.Debug, "service {Service}: a line of {File} is not taken: {Reason}", EventName = "SshKeyLineRefused")]
    public static partial void KeyLineRefused(ILogger logger, string service, string file, string reason);

    [LoggerMessage(2657, LogLevel.Debug, "a channel {Type} of {Node} is refused: {Reason}", EventName = "SshChannelRefused")]
    public static partial void ChannelRefused(ILogger logger, string type, Target node, string reason);
}

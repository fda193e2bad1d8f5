using Microsoft.Extensions.Logging;

namespace Gost.Engine.Security.HostKeys;

/// <summary>Log lines of SSH host keys; events 2640 to 2649.</summary>
internal static partial class HostKeyLog
{
    [LoggerMessage(2640, LogLevel.Information, "host {Host} is met for the first time: its key {Algorithm} {Fingerprint} is trusted from now on", EventName = "HostKeyTrusted")]
    public static partial void Trusted(ILogger logger, string host, string algorithm, string fingerprint);

    [LoggerMessage(2641, LogLevel.Warning, "the key of host {Host} is trusted until the program ends only: {Reason}", EventName = "HostKeyNotKept")]
    public static partial void NotKept(ILogger logger, string host, string reason);

    [LoggerMessage(2642, LogLevel.Information, "the keys of host {Host} are forgotten", EventName = "HostKeyForgotten")]
    public static partial void Forgotten(ILogger logger, string host);

    [LoggerMessage(2643, LogLevel.Information, "a host key was made for ssh services: {Algorithm} {Fingerprint}", EventName = "OwnHostKeyMade")]
    public static partial void Made(ILogger logger, string algorithm, string fingerprint);

    [LoggerMessage(2644, LogLevel.Warning, "the host key {Algorithm} holds until the program ends only: {Reason}", EventName = "OwnHostKeyNotKept")]
    public static partial void OwnNotKept(ILogger logger, string algorithm, string reason);

    [LoggerMessage(2645, LogLevel.Error, "the host key {Algorithm} in the store cannot be used, another one stands in until the program ends: {Reason}", EventName = "OwnHostKeyDamaged")]
    public static partial void OwnDamaged(ILogger logger, string algorithm, string reason);
}

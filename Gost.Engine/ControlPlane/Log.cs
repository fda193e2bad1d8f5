using Microsoft.Extensions.Logging;

namespace Gost.Engine.ControlPlane;

/// <summary>Messages of the control plane; event ids 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "{Services} services at revision {Revision} ({Failed} failed)", EventName = "Started")]
    public static partial void Started(this ILogger logger, int services, long revision, int failed);

    [LoggerMessage(2001, LogLevel.Information, "revision {Revision}: {Added} added, {Changed} changed, {Removed} removed", EventName = "Applied")]
    public static partial void Applied(this ILogger logger, long revision, int added, int changed, int removed);

    [LoggerMessage(2002, LogLevel.Warning, "{Kind} {Name} of the store is kept but cannot be read: {Reason}", EventName = "Unreadable")]
    public static partial void Unreadable(this ILogger logger, string kind, string name, string reason);

    [LoggerMessage(2003, LogLevel.Error, "closing the former {What} broke", EventName = "RetireBroke")]
    public static partial void RetireBroke(this ILogger logger, Exception exception, string what);

    [LoggerMessage(2004, LogLevel.Error, "the retry loop broke", EventName = "RetryBroke")]
    public static partial void RetryBroke(this ILogger logger, Exception exception);

    [LoggerMessage(2005, LogLevel.Warning, "{Object}: {Reason}", EventName = "ObjectFailed")]
    public static partial void ObjectFailed(this ILogger logger, string @object, string reason);

    [LoggerMessage(2006, LogLevel.Error, "a change was not stored: {Reason}", EventName = "NotStored")]
    public static partial void NotStored(this ILogger logger, Exception exception, string reason);

    [LoggerMessage(2007, LogLevel.Error, "{Flows} flows did not end when they were aborted", EventName = "FlowsLeft")]
    public static partial void FlowsLeft(this ILogger logger, long flows);
}

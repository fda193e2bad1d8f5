using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>Messages of running services; event ids 2100 to 2199.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "service {Service} is listening on {Address} (generation {Generation})", EventName = "ServiceListening")]
    public static partial void ServiceListening(this ILogger logger, string service, string address, long generation);

    [LoggerMessage(2101, LogLevel.Warning, "service {Service} failed: {Reason}", EventName = "ServiceFailed")]
    public static partial void ServiceFailed(this ILogger logger, string service, string reason);

    [LoggerMessage(2102, LogLevel.Information, "service {Service} is closed", EventName = "ServiceClosed")]
    public static partial void ServiceClosed(this ILogger logger, string service);

    [LoggerMessage(2103, LogLevel.Debug, "service {Service} sid {Sid}: {Layer}: {Reason}", EventName = "FlowFailed")]
    public static partial void FlowFailed(this ILogger logger, string service, long sid, FlowLayer layer, string reason);

    [LoggerMessage(2105, LogLevel.Warning, "service {Service}: {Warning}", EventName = "ServiceIsOpen")]
    public static partial void ServiceIsOpen(this ILogger logger, string service, string warning);

    [LoggerMessage(2104, LogLevel.Error, "service {Service} sid {Sid}: the handler broke", EventName = "HandlerBroke")]
    public static partial void HandlerBroke(this ILogger logger, Exception exception, string service, long sid);
}

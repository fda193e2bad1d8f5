using System.Net;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Binds;

/// <summary>Log lines of binds at far ends; events 2520 to 2539.</summary>
internal static partial class BindLog
{
    [LoggerMessage(2520, LogLevel.Information, "service {Service}: bound at the far end: {Network} {Address}", EventName = "RemoteBound")]
    public static partial void Bound(ILogger logger, string service, TargetNetwork network, EndPoint? address);

    [LoggerMessage(2521, LogLevel.Debug, "service {Service}: {Reason}, retrying in {Delay}", EventName = "RemoteBindRetry")]
    public static partial void Retrying(ILogger logger, string service, string reason, TimeSpan delay);

    [LoggerMessage(2522, LogLevel.Error, "service {Service}: the bind at the far end broke", EventName = "RemoteBindBroke")]
    public static partial void Broke(ILogger logger, Exception exception, string service);
}

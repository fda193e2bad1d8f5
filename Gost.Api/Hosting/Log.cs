namespace Gost.Api.Hosting;

/// <summary>Log lines of start, stop and reload; event ids 1100 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "API listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(1101, LogLevel.Information, "ready: {Services} services, {Failed} of them failed")]
    public static partial void Ready(ILogger logger, int services, int failed);

    [LoggerMessage(1102, LogLevel.Information, "{Signal}: stopping")]
    public static partial void Stopping(ILogger logger, string signal);

    [LoggerMessage(1103, LogLevel.Information, "config reloaded")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(1104, LogLevel.Error, "reload refused, nothing was changed: {Reason}")]
    public static partial void ReloadRefused(ILogger logger, string reason);

    [LoggerMessage(1105, LogLevel.Critical, "cannot start: {Reason}")]
    public static partial void StartRefused(ILogger logger, string reason);

    [LoggerMessage(1106, LogLevel.Critical, "cannot start")]
    public static partial void StartFailed(ILogger logger, Exception exception);

    [LoggerMessage(1107, LogLevel.Critical, "cannot start: {Pointer} {Finding}")]
    public static partial void SourceError(ILogger logger, string pointer, string finding);

    [LoggerMessage(1108, LogLevel.Warning, "{Pointer} {Finding}")]
    public static partial void SourceWarning(ILogger logger, string pointer, string finding);

    [LoggerMessage(1109, LogLevel.Warning, "the API can be reached from other machines without credentials (Api:AllowAnonymous)")]
    public static partial void Anonymous(ILogger logger);
}

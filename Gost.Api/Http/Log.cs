namespace Gost.Api.Http;

/// <summary>Log lines of the HTTP layer; event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(1001, LogLevel.Information, "{Method} {Uri} {Code} {Client} {Duration}")]
    public static partial void Access(ILogger logger, string method, string uri, int code, string client, TimeSpan duration);
}

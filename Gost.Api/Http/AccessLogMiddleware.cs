namespace Gost.Api.Http;

/// <summary>One line per request (<c>accesslog</c>). Source: spec/metrics.md section 5.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, TimeProvider time, ILogger<AccessLogMiddleware> logger)
{
    /// <summary>Runs the rest and logs how it was answered; a query is not logged, it may carry a path of the server.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Log.Access(
                logger,
                context.Request.Method,
                context.Request.PathBase + context.Request.Path,
                context.Response.StatusCode,
                context.Connection.RemoteIpAddress?.ToString() ?? "unix",
                time.GetElapsedTime(started));
        }
    }
}

using Gost.Engine.Config;

namespace Gost.Api.Http;

/// <summary>
/// Gives every refusal one shape: those of endpoints, of the framework's routing and of Kestrel, and faults nobody expected.
/// </summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    /// <summary>Runs the rest and answers what it refused.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ApiError error;
        try
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.StatusCode < 400 || context.Response.ContentLength > 0)
            {
                return;
            }

            error = FromStatus(context);
        }
        catch (ApiException refusal)
        {
            error = refusal.Error;
        }
        catch (ConfigException refusal)
        {
            error = ApiError.Invalid([.. refusal.Findings]);
        }
        catch (BadHttpRequestException refusal)
        {
            error = refusal.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? ApiError.TooLarge(refusal.Message)
                : new ApiError(refusal.StatusCode, 40001, refusal.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault)
        {
            Log.RequestFailed(logger, fault, context.Request.Method, context.Request.Path);
            error = new ApiError(500, 50000, "the request failed inside the program; the log says why");
        }

        if (!context.Response.HasStarted)
        {
            await ApiResponse.ErrorAsync(context, error);
        }
    }

    private static ApiError FromStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiError.NotFound($"no such route: {context.Request.Path}; the routes are listed at /swagger"),
        StatusCodes.Status405MethodNotAllowed => ApiError.MethodNotAllowed(
            $"{context.Request.Method} is not possible on {context.Request.Path}; possible: {context.Response.Headers.Allow}"),
        StatusCodes.Status413PayloadTooLarge => ApiError.TooLarge("the body is too large"),
        var status => new ApiError(status, status * 100, $"HTTP {status}"),
    };
}

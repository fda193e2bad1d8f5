using Gost.Api.Hosting;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Http;

/// <summary>Holds <c>/config</c> back until the store is loaded and every service had its first bind attempt, and changes while stopping.</summary>
internal sealed class ReadinessMiddleware(RequestDelegate next, IControlPlane controlPlane, ServerState state)
{
    /// <summary>Answers 503 while definitions cannot be read or changed.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/config"))
        {
            if (!controlPlane.IsReady)
            {
                throw new ApiException(ApiError.Unavailable("starting: the definitions are being loaded and the services bound"));
            }

            if (state.IsStopping && !HttpMethods.IsGet(context.Request.Method))
            {
                throw new ApiException(ApiError.Unavailable("stopping: definitions cannot be changed any more"));
            }
        }

        return next(context);
    }
}

using Gost.Api.CommandLine;
using Gost.Api.Http;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Metrics;

/// <summary>
/// What the address of <c>-metrics</c> answers: the metrics at one path for any method, with its own credentials, open to every origin.
/// Source: spec/metrics.md section 1.
/// </summary>
internal sealed class SeparateMetricsPipeline(MetricsEndpoint endpoint, MetricsEndpoints metrics, IControlPlane controlPlane)
{
    private readonly PathString _path = endpoint.Path.StartsWith('/') ? endpoint.Path : "/" + endpoint.Path;

    /// <summary>Answers one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, OPTIONS";
        headers.AccessControlAllowHeaders = "*";
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        if (!IsAuthenticated(context))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        if (context.Request.Path.Value?.TrimEnd('/') != _path.Value?.TrimEnd('/'))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return metrics.WriteAsync(context);
    }

    // An auther replaces the credentials; it is not a second way in, as it is at the API.
    private bool IsAuthenticated(HttpContext context)
    {
        if (endpoint.Auther.Length > 0)
        {
            return BasicCredentials.TryRead(context, out var named) && controlPlane.Authenticate(endpoint.Auther, named.Username, named.Password);
        }

        return endpoint.Username is null
            || (BasicCredentials.TryRead(context, out var credentials) && credentials.Match(endpoint.Username, endpoint.Password ?? ""));
    }
}

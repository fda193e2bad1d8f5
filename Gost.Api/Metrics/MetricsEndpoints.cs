using Gost.Engine.ControlPlane;

namespace Gost.Api.Metrics;

/// <summary><c>/metrics</c> on the API's port, behind the API's authentication.</summary>
internal sealed class MetricsEndpoints(FlowMetrics metrics, IControlPlane controlPlane)
{
    /// <summary>The text exposition format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync);

    /// <summary>Answers with the metrics as they are now.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        // Collected first, so that a fault becomes an error answer and not half a page.
        using MemoryStream page = new();
        await metrics.WriteAsync(page, controlPlane, context.RequestAborted);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page.GetBuffer().AsMemory(0, (int)page.Length), context.RequestAborted);
    }
}

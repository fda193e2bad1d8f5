using System.Text.Json.Nodes;
using Gost.Api.Hosting;
using Gost.Api.Http;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;

namespace Gost.Api.Endpoints;

/// <summary>Whether the process lives, and whether its definitions are in force. Source: contract.md, Start (Boot).</summary>
internal sealed class HealthEndpoints(IControlPlane controlPlane, ServerState state, LaneStatus lane)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/healthz/live</c> and <c>/healthz/ready</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz/live", Methods, Live);
        routes.MapMethods("/healthz/ready", Methods, Ready);
    }

    private static Task Live(HttpContext context) => ApiResponse.OkAsync(context);

    private Task Ready(HttpContext context)
    {
        if (!controlPlane.IsReady)
        {
            throw new ApiException(ApiError.Unavailable("starting: the definitions are being loaded and the services bound"));
        }

        if (state.IsStopping)
        {
            throw new ApiException(ApiError.Unavailable("stopping: connections are being drained"));
        }

        var services = controlPlane.Desired.OfKind(Engine.Config.ConfigKind.Services);
        var failed = services.Count(x => controlPlane.GetState(x.Config.Name) == ServiceState.Failed);
        return ApiResponse.OkAsync(context, new JsonObject { ["services"] = services.Count, ["failed"] = failed, ["lane"] = StatusJson.From(lane.Lane) });
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>Live connections of a service, and the quota counter. Source: contract.md, Connections; spec/api.md section 3.</summary>
internal sealed class ServiceEndpoints(IControlPlane controlPlane)
{
    /// <summary>Maps the connections of services and the reset of quotas.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/config/services/{name}/connections", List);
        routes.MapDelete("/config/services/{name}/connections/{id}", Close);
        routes.MapPost("/config/quotas/{name}/reset", ResetQuota);
    }

    private Task List(HttpContext context)
    {
        var page = Paging.Read(context);
        var all = controlPlane.GetConnections(RouteName.Read(context)) ?? throw MissingService(context);
        JsonArray list = [.. page.Of(all).Select(StatusJson.From)];
        return ApiResponse.DataAsync(context, new JsonObject { ["count"] = all.Count, ["list"] = list });
    }

    private Task Close(HttpContext context)
    {
        var name = RouteName.Read(context);
        var id = context.GetRouteValue("id")?.ToString();
        if (controlPlane.GetConnections(name) is null)
        {
            throw MissingService(context);
        }

        return long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && controlPlane.CloseConnection(name, number)
            ? ApiResponse.OkAsync(context)
            : throw new ApiException(ApiError.NotFound($"connection {id} of service {name} not found"));
    }

    private Task ResetQuota(HttpContext context)
    {
        var name = RouteName.Read(context);
        throw new ApiException(controlPlane.Desired.Find(ConfigKind.Quotas, name) is null
            ? ApiError.NotFound($"quota {name} not found")
            : ApiError.BadRequest($"quota {name} is kept but not enforced by this build, so it has no counter to reset"));
    }

    private static ApiException MissingService(HttpContext context) => new(ApiError.NotFound($"service {RouteName.Read(context)} not found"));
}

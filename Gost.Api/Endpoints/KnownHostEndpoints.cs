using System.Text.Json.Nodes;
using Gost.Api.Http;
using Gost.Engine.ControlPlane;
using Gost.Engine.Security.HostKeys;

namespace Gost.Api.Endpoints;

/// <summary>The SSH servers whose keys were trusted on first use: what is known, and forgetting one. They are no part of the configuration.</summary>
internal sealed class KnownHostEndpoints(IHostKeys hostKeys)
{
    /// <summary>Maps <c>/config/known-hosts</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/config/known-hosts", List);
        routes.MapDelete("/config/known-hosts/{name}", ForgetAsync);
    }

    private Task List(HttpContext context)
    {
        var page = Paging.Read(context);
        var all = hostKeys.Known;
        JsonArray list = [.. page.Of(all).Select(Show)];
        return ApiResponse.DataAsync(context, new JsonObject { ["count"] = all.Count, ["list"] = list });
    }

    private async Task ForgetAsync(HttpContext context)
    {
        var name = RouteName.Read(context);
        bool forgot;
        try
        {
            forgot = await hostKeys.ForgetAsync(name, context.RequestAborted);
        }
        catch (StoreException e)
        {
            throw new ApiException(e.Error == StoreError.DiskFull ? new ApiError(507, 50700, e.Message) : ApiError.Unavailable(e.Message));
        }

        if (!forgot)
        {
            throw new ApiException(ApiError.NotFound($"no key of host {name} is known; hosts are named as nodes are, host:port"));
        }

        await ApiResponse.OkAsync(context);
    }

    private static JsonObject Show(KnownHost host) => new()
    {
        ["host"] = host.Host,
        ["algorithm"] = host.Algorithm,
        ["fingerprint"] = host.Fingerprint,
        ["firstSeen"] = host.FirstSeen.ToUnixTimeSeconds(),
    };
}

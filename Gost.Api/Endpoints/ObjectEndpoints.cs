using System.Text.Json.Nodes;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>List, create, read, replace, delete: one implementation for every kind of object. Source: spec/api.md section 3.</summary>
internal sealed class ObjectEndpoints(ConfigKind kind, IControlPlane controlPlane, ObjectPresenter presenter, RequestBody body)
{
    /// <summary>Maps <c>/config/{kind}</c> and <c>/config/{kind}/{name}</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var path = $"/config/{kind.Name}";
        routes.MapGet(path, List);
        routes.MapPost(path, CreateAsync);
        routes.MapGet(path + "/{name}", Get);
        routes.MapPut(path + "/{name}", ReplaceAsync);
        routes.MapDelete(path + "/{name}", DeleteAsync);
    }

    private Task List(HttpContext context)
    {
        var page = Paging.Read(context);
        var all = controlPlane.Desired.OfKind(kind);
        JsonArray list = [.. page.Of(all).Select(x => presenter.Show(x.Config))];
        return ApiResponse.DataAsync(context, new JsonObject { ["count"] = all.Count, ["list"] = list });
    }

    private Task Get(HttpContext context)
    {
        var found = controlPlane.Desired.Find(kind, RouteName.Read(context)) ?? throw Missing(context);
        return ApiResponse.DataAsync(context, presenter.Show(found.Config), found.Revision);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var query = ChangeQuery.Read(context);
        var sent = await ReadAsync(context, x => new CreateObject(kind, x));
        var result = await controlPlane.ApplyAsync(query.Apply(new CreateObject(kind, sent.Value)), context.RequestAborted);
        await ChangeAnswer.WriteAsync(context, result, sent.LineOf, sent.Warnings);
    }

    private async Task ReplaceAsync(HttpContext context)
    {
        var query = ChangeQuery.Read(context);
        var name = RouteName.Read(context);
        if (controlPlane.Desired.Find(kind, name) is null)
        {
            throw Missing(context);
        }

        var sent = await ReadAsync(context, Replace);
        var result = await controlPlane.ApplyAsync(query.Apply(Replace(sent.Value)), context.RequestAborted);
        await ChangeAnswer.WriteAsync(context, result, sent.LineOf, sent.Warnings);

        ReplaceObject Replace(NamedConfig config) => new(kind, name, config with { Name = name });
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var query = ChangeQuery.Read(context);
        var result = await controlPlane.ApplyAsync(query.Apply(new DeleteObject(kind, RouteName.Read(context))), context.RequestAborted);
        await ChangeAnswer.WriteAsync(context, result);
    }

    private async Task<SentConfig<NamedConfig>> ReadAsync(HttpContext context, Func<NamedConfig, ChangeRequest> request)
    {
        var bytes = await body.ReadAsync(context);
        return await SentConfig<NamedConfig>.FromAsync(
            ConfigReader.ReadObject(kind, bytes, RequestBody.FormatOf(context, bytes.Span)),
            x => controlPlane.ApplyAsync(request(x) with { DryRun = true }, context.RequestAborted).AsTask());
    }

    private ApiException Missing(HttpContext context) => new(ApiError.NotFound($"{kind.Noun} {RouteName.Read(context)} not found"));
}

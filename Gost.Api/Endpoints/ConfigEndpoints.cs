using System.Text.Json.Nodes;
using Gost.Api.Hosting;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>The whole configuration: export, save, import, reload. Source: spec/api.md section 3; contract.md, Import and Save.</summary>
internal sealed class ConfigEndpoints(IControlPlane controlPlane, ObjectPresenter presenter, RequestBody body, ExportFolder exports, Reloader reloader)
{
    /// <summary>Maps <c>/config</c>, <c>/config/import</c> and <c>/config/reload</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/config", Get);
        routes.MapPost("/config", SaveAsync);
        routes.MapPost("/config/import", ImportAsync);
        routes.MapPost("/config/reload", ReloadAsync);
    }

    /// <summary>YAML where <c>format</c> says so; anything else is JSON, as in GOST.</summary>
    public static ConfigFormat FormatOf(HttpContext context) =>
        context.Request.Query["format"].ToString().ToUpperInvariant() is "YAML" or "YML" ? ConfigFormat.Yaml : ConfigFormat.Json;

    private Task Get(HttpContext context)
    {
        // Taken before the export: a change in between makes the ETag too old, never too new.
        var revision = controlPlane.Desired.Revision;
        var document = controlPlane.Export();
        return FormatOf(context) == ConfigFormat.Yaml
            ? ApiResponse.TextAsync(context, ConfigWriter.Write(document, ConfigFormat.Yaml), "text/x-yaml; charset=utf-8", revision)
            : ApiResponse.DocumentAsync(context, presenter.Show(document), revision);
    }

    private async Task SaveAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var file = await exports.SaveAsync(controlPlane.Export(), query["path"].ToString(), query["format"].ToString(), context.RequestAborted);
        await ApiResponse.OkAsync(context, new JsonObject { ["path"] = file });
    }

    private async Task ImportAsync(HttpContext context)
    {
        var query = ChangeQuery.Read(context, "mode");
        var replace = context.Request.Query["mode"].ToString().ToUpperInvariant() switch
        {
            "MERGE" => false,
            "REPLACE" => true,
            "" => throw new ApiException(ApiError.BadRequest("query parameter mode is required: merge or replace")),
            var other => throw new ApiException(ApiError.BadRequest($"query parameter mode is merge or replace, not {other}")),
        };
        var bytes = await body.ReadAsync(context);
        var sent = await SentConfig<GostConfig>.FromAsync(
            ConfigReader.ReadDocument(bytes, RequestBody.FormatOf(context, bytes.Span)),
            x => controlPlane.ApplyAsync(new ImportDocument(x, replace) { DryRun = true }, context.RequestAborted).AsTask());
        var result = await controlPlane.ApplyAsync(query.Apply(new ImportDocument(sent.Value, replace)), context.RequestAborted);
        await ChangeAnswer.WriteAsync(context, result, sent.LineOf, sent.Warnings);
    }

    private async Task ReloadAsync(HttpContext context)
    {
        var query = ChangeQuery.Read(context);
        await ChangeAnswer.WriteAsync(context, await reloader.ReloadAsync(query.Apply, context.RequestAborted));
    }
}

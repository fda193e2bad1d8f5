using System.Text;
using Gost.Api.Hosting;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Gost.Api.OpenApi;

/// <summary>The OpenAPI document and the page that shows it.</summary>
internal static class OpenApiSetup
{
    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddGostOpenApi(this IServiceCollection services) =>
        services.AddOpenApi("v1", static x => x.AddDocumentTransformer<GostDocumentTransformer>());

    /// <summary>Serves Swagger UI at <c>/swagger</c>, without the redirect it would make.</summary>
    public static void UseGostSwagger(this IApplicationBuilder app, ApiSettings api)
    {
        var prefix = api.PathPrefix.Trim('/') is { Length: > 0 } text ? "/" + text : "";
        app.Use(static next => context =>
        {
            if (context.Request.Path.Value?.TrimEnd('/') == "/swagger")
            {
                context.Request.Path = "/swagger/index.html";
            }

            return next(context);
        });
        app.UseSwaggerUI(x =>
        {
            var page = x.IndexStream;
            x.RoutePrefix = "swagger";
            x.DocumentTitle = "Gost API";
            x.IndexStream = () => Absolute(page(), prefix);
            x.StylesPath = $"{prefix}/swagger/swagger-ui.css";
            x.ScriptBundlePath = $"{prefix}/swagger/swagger-ui-bundle.js";
            x.ScriptPresetsPath = $"{prefix}/swagger/swagger-ui-standalone-preset.js";
            x.SwaggerEndpoint($"{prefix}/openapi/v1.json", "Gost");
            x.DocExpansion(DocExpansion.None);
        });
    }

    /// <summary>Maps the document as JSON and, where GOST has it, as YAML.</summary>
    public static void MapGostOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json");
        routes.MapOpenApi("/docs/swagger.yaml");
    }

    // The page names its files relative to /swagger/; it is served at /swagger too, where those names would lead elsewhere.
    private static MemoryStream Absolute(Stream page, string prefix)
    {
        using StreamReader reader = new(page, Encoding.UTF8);
        var text = reader.ReadToEnd()
            .Replace("\"./", $"\"{prefix}/swagger/", StringComparison.Ordinal)
            .Replace("\"index.js\"", $"\"{prefix}/swagger/index.js\"", StringComparison.Ordinal);
        return new(Encoding.UTF8.GetBytes(text));
    }
}

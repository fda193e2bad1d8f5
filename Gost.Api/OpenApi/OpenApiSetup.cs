using Gost.Api.Hosting;

namespace Gost.Api.OpenApi;

/// <summary>The OpenAPI document and the page that shows it.</summary>
internal static class OpenApiSetup
{
    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddGostOpenApi(this IServiceCollection services, ApiSettings api) =>
        services.AddOpenApi("v1");

    /// <summary>Serves Swagger UI at <c>/swagger</c>, without a redirect.</summary>
    public static void UseGostSwagger(this IApplicationBuilder app, ApiSettings api)
    {
        app.UseSwaggerUI(static x =>
        {
            x.RoutePrefix = "swagger";
            x.SwaggerEndpoint("../openapi/v1.json", "Gost");
        });
    }

    /// <summary>Maps the document as JSON and, where GOST has it, as YAML.</summary>
    public static void MapGostOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json");
        routes.MapOpenApi("/docs/swagger.yaml");
    }
}

using Gost.Api.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gost.Api.OpenApi;

/// <summary>Puts <see cref="GostDocument"/> in the place of the document that routes alone would give: they carry no types.</summary>
internal sealed class GostDocumentTransformer(ApiSettings api) : IOpenApiDocumentTransformer
{
    /// <inheritdoc/>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var version = typeof(GostDocumentTransformer).Assembly.GetName().Version?.ToString(3) ?? "0";
        var read = OpenApiDocument.Parse(GostDocument.Build(api.PathPrefix, version).ToJsonString(), "json");
        if (read.Document is not { } made || read.Diagnostic?.Errors.Count > 0)
        {
            throw new InvalidOperationException($"the OpenAPI document is not valid: {read.Diagnostic?.Errors.FirstOrDefault()?.Message}");
        }

        document.Info = made.Info;
        document.Servers = made.Servers;
        document.Tags = made.Tags;
        document.Paths = made.Paths;
        document.Components = made.Components;
        return Task.CompletedTask;
    }
}

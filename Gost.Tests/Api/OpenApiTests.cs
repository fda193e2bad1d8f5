using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gost.Tests.Api;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_DescribesEveryRouteAndNoOther()
    {
        await using var host = await ApiHost.StartAsync();
        var document = await ReadAsync(host);
        var described = document["paths"]!.AsObject()
            .SelectMany(static path => path.Value!.AsObject().Select(x => $"{x.Key.ToUpperInvariant()} {path.Key}")).Order().ToList();
        var mapped = host.Server.Web!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(static x => x.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {x.RoutePattern.RawText}"))
            .Where(static x => !x.StartsWith("HEAD ", StringComparison.Ordinal) && !x.Contains("/openapi/", StringComparison.Ordinal) && !x.Contains("/docs/", StringComparison.Ordinal))
            .Order().ToList();
        Assert.Equal(mapped, described);
    }

    [Fact]
    public async Task Document_EveryOperation_HasIdTagAndRefusals()
    {
        await using var host = await ApiHost.StartAsync();
        var document = await ReadAsync(host);
        var operations = document["paths"]!.AsObject().SelectMany(static x => x.Value!.AsObject().Select(static y => y.Value!)).ToList();
        Assert.Equal(operations.Count, operations.Select(static x => (string?)x["operationId"]).Distinct().Count());
        Assert.All(operations, static x =>
        {
            Assert.NotEmpty(x["tags"]!.AsArray());
            Assert.NotNull(x["responses"]!["200"]);
            Assert.All(["403", "405", "500"], status => Assert.StartsWith("#/components/responses/", (string?)x["responses"]![status]!["$ref"]));
            Assert.NotNull(x["description"]);
        });
    }

    [Fact]
    public async Task Document_AnotherMethodOnEveryPath_IsRefusedAsDescribed()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var (path, operations) in (await ReadAsync(host))["paths"]!.AsObject())
        {
            var (status, body, response) = await host.SendAsync(
                HttpMethod.Patch, path.Replace("{name}", "x", StringComparison.Ordinal).Replace("{id}", "1", StringComparison.Ordinal));
            using var answer = response;
            Assert.True(status == 405, $"{path}: {status} {body["msg"]}");
            Assert.Equal((40500, 405), ((int?)body["code"], (int?)body["status"]));
            Assert.Superset(
                operations!.AsObject().Select(static x => x.Key.ToUpperInvariant()).ToHashSet(), answer.Content.Headers.Allow.ToHashSet());
        }
    }

    [Fact]
    public async Task Examples_OfEveryKind_AreAccepted()
    {
        await using var host = await ApiHost.StartAsync();
        var document = await ReadAsync(host);
        foreach (var kind in ConfigKind.All)
        {
            var example = document["paths"]![$"/config/{kind.Name}"]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
            var (status, body, _) = await host.PostAsync($"/config/{kind.Name}", example.ToJsonString());
            Assert.True(status == 200, $"{kind.Name}: {body["msg"]}");
        }
    }

    [Fact]
    public async Task Schemas_UseTheDocumentsMemberNames()
    {
        await using var host = await ApiHost.StartAsync();
        var schemas = (await ReadAsync(host))["components"]!["schemas"]!;
        Assert.NotNull(schemas["Service"]!["properties"]!["climiter"]);
        Assert.NotNull(schemas["Configuration"]!["properties"]!["rlimiters"]);
        Assert.NotNull(schemas["Selector"]!["properties"]!["failTimeout"]);
    }

    [Theory]
    [InlineData("/swagger")]
    [InlineData("/swagger/")]
    [InlineData("/swagger/index.html")]
    public async Task Swagger_IsServedWithoutARedirect(string path)
    {
        await using var host = await ApiHost.StartAsync();
        var token = TestContext.Current.CancellationToken;
        var page = await host.Client.GetStringAsync(path, token);
        Assert.Contains("swagger-ui", page);
        Assert.Equal(200, (await host.GetAsync("/swagger/swagger-ui-bundle.js")).Status);
        Assert.Contains("/openapi/v1.json", await host.Client.GetStringAsync("/swagger/index.js", token));
    }

    [Fact]
    public async Task SwaggerYaml_IsTheSameDocument()
    {
        await using var host = await ApiHost.StartAsync();
        var text = await host.Client.GetStringAsync("/docs/swagger.yaml", TestContext.Current.CancellationToken);
        Assert.Contains("/config/services", text);
        Assert.StartsWith("openapi:", text);
    }

    private static async Task<JsonObject> ReadAsync(ApiHost host)
    {
        var (status, document, _) = await host.GetAsync("/openapi/v1.json");
        Assert.Equal(200, status);
        return document;
    }
}

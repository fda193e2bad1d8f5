using System.Text.Json;
using System.Text.Json.Nodes;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>Tries a chain to a target and answers each step.</summary>
internal sealed class ChainTestEndpoints(IControlPlane controlPlane, RequestBody body)
{
    /// <summary>Maps <c>/config/chains/{name}/test</c>.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/config/chains/{name}/test", TestAsync);

    private async Task TestAsync(HttpContext context)
    {
        var name = RouteName.Read(context);
        if (controlPlane.Desired.Find(ConfigKind.Chains, name) is null)
        {
            throw new ApiException(ApiError.NotFound($"chain {name} not found"));
        }

        var bytes = await body.ReadAsync(context);
        var read = ConfigReader.ReadChainTest(bytes, RequestBody.FormatOf(context, bytes.Span));
        if (read.Value is not { } request)
        {
            throw new ApiException(ApiError.Invalid(ChangeAnswer.WithLines(read.Findings, read.Lines.LineOf)));
        }

        var result = await controlPlane.TestChainAsync(name, request, context.RequestAborted)
            ?? throw new ApiException(new ApiError(409, 40003, $"a test of chain {name} is under way") { RetryAfterSeconds = 1 });
        await ApiResponse.OkAsync(context, Show(result));
    }

    private static JsonObject Show(ChainTestResult result)
    {
        JsonObject shown = new()
        {
            ["reached"] = result.Error is null,
            ["ms"] = Milliseconds(result.Took),
            ["steps"] = new JsonArray([.. result.Steps.Select(static x => (JsonNode)Show(x))]),
        };
        if (result.Error is { } error)
        {
            shown["error"] = StatusJson.From(error);
        }

        return shown;
    }

    private static JsonObject Show(ChainTestStep step)
    {
        JsonObject shown = new()
        {
            ["hop"] = step.Hop,
            ["node"] = step.Node,
            ["layer"] = JsonNamingPolicy.CamelCase.ConvertName(step.Layer.ToString()),
            ["address"] = step.Address,
            ["ms"] = Milliseconds(step.Took),
        };
        if (step.Error is { } error)
        {
            shown["error"] = error;
        }

        return shown;
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

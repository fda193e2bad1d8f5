using System.Text;
using System.Text.Json;
using Gost.Api.Http;
using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;

namespace Gost.Api.Endpoints;

/// <summary>Turns a command line into configuration, as <c>-O</c> does. Source: contract.md, Conversion.</summary>
internal sealed class ConvertEndpoints(RequestBody body)
{
    /// <summary>Maps <c>/config/convert</c>.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/config/convert", ConvertAsync);

    private async Task ConvertAsync(HttpContext context)
    {
        var bytes = await body.ReadAsync(context);
        var arguments = RequestBody.FormatOf(context, bytes.Span) == ConfigFormat.Json ? FromJson(bytes) : FromText(bytes);
        var document = CommandLineConverter.ConvertArguments(arguments);
        await (ConfigEndpoints.FormatOf(context) == ConfigFormat.Yaml
            ? ApiResponse.TextAsync(context, ConfigWriter.Write(document, ConfigFormat.Yaml), "text/x-yaml; charset=utf-8")
            : ApiResponse.DocumentAsync(context, ConfigWriter.ToJson(document)));
    }

    private static IReadOnlyList<string> FromText(ReadOnlyMemory<byte> bytes)
    {
        var text = Decode(bytes);
        return string.IsNullOrWhiteSpace(text)
            ? throw new ApiException(ApiError.BadRequest("the body is empty: send a command line, gost -L tcp://:8080/192.168.1.1:80 for example"))
            : CommandLineConverter.SplitShellWords(text);
    }

    private static List<string> FromJson(ReadOnlyMemory<byte> bytes)
    {
        List<string> arguments = [];
        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("args", out var args)
                || args.ValueKind != JsonValueKind.Array
                || root.EnumerateObject().Count() != 1)
            {
                throw Shape();
            }

            foreach (var item in args.EnumerateArray())
            {
                arguments.Add(item.ValueKind == JsonValueKind.String ? item.GetString() ?? "" : throw Shape());
            }
        }
        catch (JsonException fault)
        {
            Finding finding = new("", $"the body is not valid JSON: {fault.Message}", Line: (int?)fault.LineNumber + 1);
            throw new ApiException(ApiError.Invalid([finding]));
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair.
            throw Shape();
        }

        return arguments;
    }

    private static string Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new ApiException(ApiError.BadRequest("the body is not UTF-8 text"));
        }
    }

    private static ApiException Shape() =>
        new(ApiError.BadRequest("the body has one member, args, a list of strings: {\"args\":[\"-L\",\"tcp://:8080/192.168.1.1:80\"]}"));
}

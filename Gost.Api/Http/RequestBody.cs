using Gost.Engine.Config;

namespace Gost.Api.Http;

/// <summary>
/// Reads a request's body raw, whatever its content type says, within 4 MB. A larger one is read on and thrown away, so that the client
/// has sent everything and sees the refusal. Source: contract.md, REST.
/// </summary>
internal sealed class RequestBody(TimeProvider time)
{
    /// <summary>The largest body that is acted on, in bytes.</summary>
    public const int Limit = 4 * 1024 * 1024;

    private const long DiscardLimit = 64L * 1024 * 1024;
    private static readonly TimeSpan DiscardTime = TimeSpan.FromSeconds(5);

    /// <summary>The whole body. Throws <see cref="ApiException"/>: 413 above the limit, 400 for a coded body.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding is { Count: > 0 } coding && !string.Equals(coding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(ApiError.BadRequest($"content encoding {coding} is not supported: send the body as it is"));
        }

        var cancellationToken = context.RequestAborted;
        var expected = request.ContentLength is > 0 and <= Limit and var length ? (int)length : 0;
        using MemoryStream body = new(expected);
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > Limit)
            {
                await DiscardAsync(request.Body, buffer, body.Length + read, cancellationToken);
                context.Response.Headers.Connection = "close";
                throw new ApiException(ApiError.TooLarge("the body is larger than 4 MB: send the definitions in several imports"));
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>The language of a body: what its content type names, else JSON when it begins with a brace, else YAML.</summary>
    public static ConfigFormat FormatOf(HttpContext context, ReadOnlySpan<byte> body)
    {
        var type = context.Request.ContentType ?? "";
        return type.Contains("json", StringComparison.OrdinalIgnoreCase) ? ConfigFormat.Json
            : type.Contains("yaml", StringComparison.OrdinalIgnoreCase) ? ConfigFormat.Yaml
            : ConfigReader.Detect(body);
    }

    private async Task DiscardAsync(Stream stream, byte[] buffer, long total, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(DiscardTime, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (total < DiscardLimit && await stream.ReadAsync(buffer, linked.Token) is > 0 and var read)
            {
                total += read;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Slow sender: it gets the answer now, whether it reads it or not.
        }
    }
}

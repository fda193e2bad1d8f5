using Gost.Api.Hosting;

namespace Gost.Api.Http;

/// <summary>
/// Which web pages may call: same origin, any loopback origin and <c>Api:AllowedOrigins</c>. Answers preflights before authentication and
/// puts CORS headers on every answer, errors included. Source: contract.md, Who may call.
/// </summary>
internal sealed class OriginMiddleware(RequestDelegate next, ApiSettings settings)
{
    /// <summary>Refuses foreign origins, answers preflights, lets the rest through.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is not { Count: > 0 } origins)
        {
            return next(context);
        }

        var origin = origins.ToString();
        if (!IsAllowed(origin, request.Host))
        {
            throw new ApiException(ApiError.Forbidden(
                $"origin {origin} may not call this API; name it in Api:AllowedOrigins (environment Api__AllowedOrigins__0) to allow it"));
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "ETag, Retry-After";
        headers.Append("Vary", "Origin");
        if (!HttpMethods.IsOptions(request.Method))
        {
            return next(context);
        }

        headers.AccessControlAllowMethods = "GET,POST,PUT,DELETE,OPTIONS";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, If-Match";
        headers.AccessControlMaxAge = "600";
        headers["Access-Control-Allow-Private-Network"] = "true";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private bool IsAllowed(string origin, HostString host)
    {
        if (settings.AllowedOrigins.Contains(origin.TrimEnd('/'), StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && (LoopbackNames.IsLoopback(uri.Host) || string.Equals(uri.Authority, Normalise(host, uri.Scheme), StringComparison.OrdinalIgnoreCase));
    }

    // Browsers leave a default port out of both headers; a client that names it in Host is the same origin.
    private static string Normalise(HostString host, string scheme) =>
        host.Port == (scheme == "https" ? 443 : 80) ? host.Host : host.Value ?? "";
}

using Gost.Api.Hosting;

namespace Gost.Api.Http;

/// <summary>Headers that keep browsers from framing, sniffing, storing or referring what is answered here.</summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next, ApiSettings settings)
{
    private const string DocumentationPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    // The prefix is still on the path here, so that refusals for want of it have the headers too.
    private readonly PathString _documentation = settings.Prefix.Add("/swagger");

    /// <summary>Sets the headers and runs the rest.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        var documentation = context.Request.Path.StartsWithSegments(_documentation);
        headers.ContentSecurityPolicy = documentation ? DocumentationPolicy : DataPolicy;
        if (!documentation)
        {
            headers.CacheControl = "no-store";
        }

        return next(context);
    }
}

using Gost.Api.Hosting;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Http;

/// <summary>
/// HTTP Basic on everything but health, documentation and the OpenAPI document. Configured credentials and an auther: either accepts.
/// Without both, an <c>Authorization</c> header is ignored. Source: spec/api.md section 2; contract.md, Who may call.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, ApiSettings settings, IControlPlane controlPlane)
{
    private static readonly PathString[] Public = ["/healthz", "/swagger", "/openapi", "/docs"];

    /// <summary>Refuses callers without valid credentials.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (!settings.RequiresAuthentication || Public.Any(x => context.Request.Path.StartsWithSegments(x)) || IsAuthenticated(context))
        {
            return next(context);
        }

        throw new ApiException(ApiError.Unauthorized());
    }

    private bool IsAuthenticated(HttpContext context) =>
        BasicCredentials.TryRead(context, out var credentials)
        && ((settings.Username.Length > 0 && credentials.Match(settings.Username, settings.Password))
            || (settings.Auther.Length > 0 && controlPlane.Authenticate(settings.Auther, credentials.Username, credentials.Password)));
}

using Gost.Api.Hosting;

namespace Gost.Api.Http;

/// <summary>Moves every route but <c>/healthz</c> below <c>pathPrefix</c>. Source: contract.md, Who may call.</summary>
internal sealed class PathPrefixMiddleware(RequestDelegate next, ApiSettings settings)
{
    private readonly PathString _prefix = settings.Prefix;

    /// <summary>Cuts the prefix off, or refuses a path that lacks it.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!_prefix.HasValue || request.Path.StartsWithSegments("/healthz"))
        {
            return next(context);
        }

        if (!request.Path.StartsWithSegments(_prefix, out var matched, out var rest))
        {
            throw new ApiException(ApiError.NotFound($"no such route: {request.Path}; all routes begin with {_prefix}"));
        }

        request.PathBase = request.PathBase.Add(matched);
        request.Path = rest.HasValue ? rest : "/";
        return next(context);
    }
}

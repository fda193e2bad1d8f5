using Gost.Api.Hosting;

namespace Gost.Api.Http;

/// <summary>
/// While no credentials are set, refuses names a web page could have pointed at this machine (DNS rebinding): only loopback names, IP
/// literals and <c>Api:AllowedHosts</c> are answered. Source: contract.md, Who may call.
/// </summary>
internal sealed class HostMiddleware(RequestDelegate next, ApiSettings settings)
{
    /// <summary>Refuses foreign host names.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (settings.HasCredentials || host.Length == 0 || context.Connection.LocalIpAddress is null || IsAllowed(host))
        {
            return next(context);
        }

        throw new ApiException(ApiError.Forbidden(
            $"host {host} is not a name of this API; name it in Api:AllowedHosts (environment Api__AllowedHosts__0) or set Api:Username and Api:Password"));
    }

    private bool IsAllowed(string host) =>
        LoopbackNames.IsLoopback(host) || LoopbackNames.TryGetAddress(host, out _) || settings.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}

namespace Gost.Api.Http;

/// <summary>Ends a request with a refusal; <see cref="ErrorMiddleware"/> answers it. Never leaves the HTTP layer.</summary>
internal sealed class ApiException(ApiError error) : Exception(error.Message)
{
    /// <summary>What is answered.</summary>
    public ApiError Error { get; } = error;
}

namespace Gost.Api.Endpoints;

/// <summary>The object's name in a path, decoded and trimmed as GOST does.</summary>
internal static class RouteName
{
    /// <summary>Reads it.</summary>
    public static string Read(HttpContext context) => context.GetRouteValue("name")?.ToString()?.Trim() ?? "";
}

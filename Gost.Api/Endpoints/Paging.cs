using System.Globalization;
using Gost.Api.Http;

namespace Gost.Api.Endpoints;

/// <summary>The part of a list that is asked for by <c>offset</c> and <c>limit</c>; without them the whole.</summary>
internal readonly record struct Paging(int Offset, int Limit)
{
    /// <summary>Reads both. Throws <see cref="ApiException"/> for anything but whole numbers from 0.</summary>
    public static Paging Read(HttpContext context) => new(Number(context, "offset", 0), Number(context, "limit", int.MaxValue));

    /// <summary>The part.</summary>
    public IEnumerable<T> Of<T>(IEnumerable<T> all) => all.Skip(Offset).Take(Limit);

    private static int Number(HttpContext context, string name, int fallback) =>
        !context.Request.Query.TryGetValue(name, out var text) ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw new ApiException(ApiError.BadRequest($"query parameter {name} is a whole number from 0, not {text}"));
}

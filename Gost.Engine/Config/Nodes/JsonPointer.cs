namespace Gost.Engine.Config.Nodes;

/// <summary>Writes and takes apart JSON pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    // A key may be as long as the text; a pointer is for people.
    private const int MaxSegment = 64;

    /// <summary>The pointer of a member below another pointer.</summary>
    public static string Append(string pointer, string key) => $"{pointer}/{Escape(key)}";

    /// <summary>The pointer of a list entry below another pointer.</summary>
    public static string Append(string pointer, int index) => $"{pointer}/{index}";

    /// <summary>One segment, escaped and cut to a readable length.</summary>
    public static string Escape(string key) =>
        Shorten(key).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The segments of a pointer, unescaped.</summary>
    public static IEnumerable<string> Split(string pointer) => pointer.Length == 0
        ? []
        : pointer.Split('/').Skip(1).Select(static x => x.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <summary>The pointers name one place, or one a place within the other.</summary>
    public static bool Overlap(string one, string other) =>
        one.Length > other.Length ? IsWithin(one, other) : IsWithin(other, one);

    private static bool IsWithin(string inner, string outer) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] == '/');

    /// <summary>Text from outside, cut to a length that fits a message.</summary>
    public static string Shorten(string text) => text.Length <= MaxSegment ? text : string.Concat(text.AsSpan(0, MaxSegment), "…");
}

namespace Gost.Engine.Config.Values;

/// <summary>The words for true and false (spec/config.md section 1).</summary>
internal static class GoBool
{
    /// <summary>What may be written, for messages.</summary>
    public const string Accepted = "true or false (also t, f, 1, 0)";

    /// <summary>Parses <c>1 t T TRUE true True 0 f F FALSE false False</c>.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}

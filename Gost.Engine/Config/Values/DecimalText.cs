namespace Gost.Engine.Config.Values;

/// <summary>Numbers given as strings.</summary>
internal static class DecimalText
{
    /// <summary>Whether the text is an optional sign and decimal digits.</summary>
    public static bool IsInteger(ReadOnlySpan<char> text)
    {
        var digits = text is ['-' or '+', ..] ? text[1..] : text;
        return !digits.IsEmpty && digits.Length <= 64 && digits.IndexOfAnyExceptInRange('0', '9') < 0;
    }
}

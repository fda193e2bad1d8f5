using System.Text;

namespace Gost.Engine.Config.Yaml;

/// <summary>
/// The order of a map's keys in GOST's YAML: by code point, but letters after everything else, and runs of digits by their value
/// (<c>a2</c> before <c>a10</c>).
/// </summary>
internal sealed class YamlKeyOrder : IComparer<string>
{
    private YamlKeyOrder()
    {
    }

    public static YamlKeyOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        Rune[] a = [.. (x ?? "").EnumerateRunes()];
        Rune[] b = [.. (y ?? "").EnumerateRunes()];
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (Rune.IsDigit(a[i]) && Rune.IsDigit(b[j]))
            {
                var (endA, endB) = (EndOfDigits(a, i), EndOfDigits(b, j));
                if (CompareDigits(a.AsSpan(i, endA - i), b.AsSpan(j, endB - j)) is var byValue and not 0)
                {
                    return byValue;
                }

                (i, j) = (endA, endB);
                continue;
            }

            if (a[i] != b[j])
            {
                var (letterA, letterB) = (Rune.IsLetter(a[i]), Rune.IsLetter(b[j]));
                return letterA == letterB ? a[i].CompareTo(b[j]) : letterA ? 1 : -1;
            }

            i++;
            j++;
        }

        // What is left decides; equal digits with other leading zeros are told apart by code points.
        return (a.Length - i).CompareTo(b.Length - j) is var byLength and not 0 ? byLength : string.CompareOrdinal(x, y);
    }

    private static int EndOfDigits(Rune[] text, int start)
    {
        var end = start;
        while (end < text.Length && Rune.IsDigit(text[end]))
        {
            end++;
        }

        return end;
    }

    private static int CompareDigits(ReadOnlySpan<Rune> a, ReadOnlySpan<Rune> b)
    {
        a = a.TrimStart(new Rune('0'));
        b = b.TrimStart(new Rune('0'));
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }
}

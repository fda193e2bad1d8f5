using System.Net;

namespace Gost.Ssh.Keys;

/// <summary>Patterns of hosts in key files: <c>*</c> and <c>?</c>, networks, and <c>!</c> for what is left out. Source: ssh_config(5), PATTERNS.</summary>
internal static class HostPatterns
{
    /// <summary>
    /// Whether one of the patterns, separated by commas, matches one of the texts, and none with <c>!</c> does. An address is also compared with patterns
    /// that are networks.
    /// </summary>
    public static bool MatchesAny(string patterns, IReadOnlyList<string> texts, IPAddress? address = null)
    {
        var found = false;
        foreach (var part in patterns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var isLeftOut = part[0] == '!';
            var pattern = isLeftOut ? part[1..] : part;
            if (texts.Any(x => Matches(pattern, x)) || IsInNetwork(pattern, address))
            {
                if (isLeftOut)
                {
                    return false;
                }

                found = true;
            }
        }

        return found;
    }

    /// <summary>Whether the pattern is the text, where <c>*</c> stands for anything and <c>?</c> for one character; case does not matter.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // The last * and what it has taken so far: going back to it only is enough, and linear in pattern times text.
        var (p, t, star, taken) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, taken) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++taken);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    private static bool IsInNetwork(string pattern, IPAddress? address) =>
        address is not null && pattern.Contains('/') && IPNetwork.TryParse(pattern, out var network) && network.Contains(address);
}

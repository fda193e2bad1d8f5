using System.Buffers;
using System.Text;

namespace Gost.Engine.Protocols.WebSocket;

/// <summary>The head of a request or response: its first line and its headers.</summary>
internal sealed class UpgradeHead
{
    private const int MaxHeaders = 100;

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly List<KeyValuePair<string, string>> _headers = [];

    private UpgradeHead(string startLine) => StartLine = startLine;

    /// <summary>The request line or status line.</summary>
    public string StartLine { get; }

    /// <summary>Parses a head without the empty line behind it. Throws <see cref="UpgradeException"/>.</summary>
    public static UpgradeHead Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        UpgradeHead head = new(lines[0]);
        if (lines.Length - 1 > MaxHeaders)
        {
            throw new UpgradeException(431, $"the head has more than {MaxHeaders} headers");
        }

        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsName(line.AsSpan(0, colon)) || line.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw new UpgradeException(400, "the head has a line that is no header");
            }

            head._headers.Add(KeyValuePair.Create(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        return head;
    }

    /// <summary>Whether a text can be a header's name.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(NameChars);

    /// <summary>The first value of a header, null if it is absent.</summary>
    public string? Get(string name) => _headers.Find(x => x.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Whether one of a header's comma-separated words is <paramref name="token"/>, without regard to case.</summary>
    public bool Has(string name, string token) => _headers.Exists(
        x => x.Key.Equals(name, StringComparison.OrdinalIgnoreCase)
            && x.Value.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase));
}

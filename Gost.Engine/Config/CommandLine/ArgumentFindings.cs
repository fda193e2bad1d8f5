namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Collects what is wrong with the arguments of one command line. Every message names the flag and its value; passwords in it are
/// hidden and long values are cut, since messages end in logs and answers.
/// </summary>
internal sealed class ArgumentFindings
{
    private const int LongestQuote = 200;
    private const int MostFindings = 100;
    private readonly List<Finding> _findings = [];
    private string _context = "";

    /// <summary>The flag whose value is being converted, <c>-L</c> for one.</summary>
    public string Flag { get; private set; } = "";

    /// <summary>Everything found so far.</summary>
    public IReadOnlyList<Finding> All => _findings;

    /// <summary>The number of findings, to tell whether a step added one.</summary>
    public int Count => _findings.Count;

    /// <summary>Messages from here on are about this flag's value.</summary>
    public void Begin(string flag, string value)
    {
        Flag = flag;
        _context = Quote(value);
    }

    /// <summary>Adds an error: what is wrong, and how to mend it.</summary>
    public void Add(string what, string mend, string? suggestion = null) =>
        Add(new Finding("", $"{Flag} {_context}: {Cut(what)}; {mend}", Suggestion: suggestion));

    /// <summary>Adds an error in the words of Go's URL parser, which users of GOST know.</summary>
    public void AddUrl(string what, string mend) => Add(new Finding("", $"{Flag}: parse {_context}: {Cut(what)}; {mend}"));

    /// <summary>Throws <see cref="ConfigException"/> when anything was found.</summary>
    public void ThrowIfAny()
    {
        if (_findings.Count > 0)
        {
            throw new ConfigException([.. _findings]);
        }
    }

    private void Add(Finding finding)
    {
        if (_findings.Count < MostFindings)
        {
            _findings.Add(finding);
        }
    }

    private static string Cut(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";

    private static string Quote(string value) => $"\"{Cut(HideQueryAuth(HideUserInfo(value)))}\"";

    private static string HideUserInfo(string value)
    {
        var separator = value.IndexOf("://", StringComparison.Ordinal);
        var start = separator < 0 ? 0 : separator + 3;
        var end = value.AsSpan(start).IndexOfAny('/', '?') is var i and >= 0 ? start + i : value.Length;
        var at = value.AsSpan(start, end - start).LastIndexOf('@');
        if (at < 0)
        {
            return value;
        }

        at += start;

        var colon = value.IndexOf(':', start, at - start);

        // A lone user part may be base64 of method and password (ss).
        return colon < 0 ? $"{value[..start]}xxxxx{value[at..]}" : $"{value[..(colon + 1)]}xxxxx{value[at..]}";
    }

    private static string HideQueryAuth(string value)
    {
        foreach (var lead in (ReadOnlySpan<string>)["?auth=", "&auth="])
        {
            var at = value.IndexOf(lead, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                var start = at + lead.Length;
                var end = value.IndexOf('&', start) is var i and >= 0 ? i : value.Length;
                value = $"{value[..start]}xxxxx{value[end..]}";
            }
        }

        return value;
    }
}

namespace Gost.Engine.Config.CommandLine;

/// <summary>Turns one address of the command line into as many as its port range names. Source: spec/cli.md section 3.</summary>
internal static class AddressExpansion
{
    /// <summary>
    /// Adds the addresses of <paramref name="text"/> to <paramref name="addresses"/>, the text itself when it has no port. False, with a
    /// finding, when the port cannot be used or there would be more than <paramref name="limit"/> addresses.
    /// </summary>
    public static bool TryExpand(string text, List<string> addresses, int limit, ArgumentFindings findings)
    {
        if (text.Contains("://", StringComparison.Ordinal) || !GoHostPort.TrySplit(text, out var host, out var port))
        {
            addresses.Add(text);
            return true;
        }

        if (!PortRange.TryParse(port, out var range, out var error, out var mend))
        {
            findings.Add($"address '{text}': {error}", mend);
            return false;
        }

        if (addresses.Count + range.Count > limit)
        {
            findings.Add($"more than {limit} addresses", "use fewer or smaller port ranges");
            return false;
        }

        for (var i = range.Min; i <= range.Max; i++)
        {
            addresses.Add(GoHostPort.Join(host, i));
        }

        return true;
    }
}

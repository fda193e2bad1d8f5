using System.Globalization;

namespace Gost.Engine.Config.CommandLine;

/// <summary>The ports of an address on the command line: one, or <c>min-max</c> inclusive. Source: spec/cli.md section 3.</summary>
internal readonly record struct PortRange(int Min, int Max)
{
    /// <summary>How many ports there are.</summary>
    public int Count => Max - Min + 1;

    /// <summary>
    /// Reads the text of a port. What GOST turns into port 0 or into no port at all is an error here: <paramref name="error"/> says what
    /// is wrong and <paramref name="mend"/> how to write it.
    /// </summary>
    public static bool TryParse(string text, out PortRange range, out string error, out string mend)
    {
        (range, error, mend) = (default, "", "");
        var parts = text.Split('-');
        if (text.Length == 0)
        {
            (error, mend) = ("the port is missing after ':'", "write a number from 0 to 65535, 0 for a free one");
        }
        else if (text.Contains(',', StringComparison.Ordinal))
        {
            (error, mend) = ($"'{text}' is not a port, lists of ports do not exist", "give every port its own -L, or a range such as 8000-8003");
        }
        else if (parts.Length > 2 || !TryNumber(parts[0], out var min) || !TryNumber(parts[^1], out var max))
        {
            (error, mend) = ($"'{text}' is not a port", "write a number from 0 to 65535 or a range such as 8000-8003; service names do not work");
        }
        else if (min > 65535 || max > 65535)
        {
            (error, mend) = ($"port '{text}' is above 65535", "write a number from 0 to 65535");
        }
        else if (max < min)
        {
            (error, mend) = ($"the port range '{text}' is reversed", $"write {max}-{min}");
        }
        else
        {
            range = new PortRange((int)min, (int)max);
            return true;
        }

        return false;
    }

    // A leading plus sign and zeros are numbers to Go.
    private static bool TryNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= 0;
}

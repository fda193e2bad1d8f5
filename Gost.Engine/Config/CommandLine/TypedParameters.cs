using System.Globalization;
using Gost.Engine.Config.Values;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// Parameters that become typed members. A value that GOST could not use it ignores, which loses a limit or a check without a word;
/// here it is a finding.
/// </summary>
internal static class TypedParameters
{
    /// <summary>A whole number; 0 when no key is present or the value is not one.</summary>
    public static long FindInt(this ParameterSet parameters, ArgumentFindings findings, params ReadOnlySpan<string> keys)
    {
        if (parameters.Find(keys) is not { Length: > 0 } text)
        {
            return 0;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        findings.Add($"parameter '{parameters.FindKey(keys)}' is '{text}'", "write a whole number");
        return 0;
    }

    /// <summary>A decimal number; 0 when the key is absent or the value is not one.</summary>
    public static decimal FindDecimal(this ParameterSet parameters, ArgumentFindings findings, string key)
    {
        if (parameters.Find(key) is not { Length: > 0 } text)
        {
            return 0;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        findings.Add($"parameter '{key}' is '{text}'", "write a number");
        return 0;
    }

    /// <summary>A truth value in any of GOST's forms; false when no key is present.</summary>
    public static bool FindBool(this ParameterSet parameters, ArgumentFindings findings, params ReadOnlySpan<string> keys)
    {
        if (parameters.Find(keys) is not { Length: > 0 } text)
        {
            return false;
        }

        if (GoBool.TryParse(text, out var value))
        {
            return value;
        }

        findings.Add($"parameter '{parameters.FindKey(keys)}' is '{text}'", "write true or false");
        return false;
    }

    /// <summary>A Go duration or bare seconds; zero when no key is present or the value is neither.</summary>
    public static GoDuration FindDuration(this ParameterSet parameters, ArgumentFindings findings, params ReadOnlySpan<string> keys)
    {
        if (parameters.Find(keys) is not { Length: > 0 } text)
        {
            return default;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs((double)seconds) < long.MaxValue / 1e9)
        {
            return new GoDuration(seconds * 1_000_000_000);
        }

        if (GoDuration.TryParse(text, out var value))
        {
            return value;
        }

        findings.Add($"parameter '{parameters.FindKey(keys)}' is '{text}'", "write a duration such as 30s or 1m30s");
        return default;
    }
}

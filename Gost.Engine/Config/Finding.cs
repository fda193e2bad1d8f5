namespace Gost.Engine.Config;

/// <summary>One thing found in a configuration.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) of the place, relative to the body or document that was read; empty = the whole.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
/// <param name="Severity">Errors refuse the change, warnings are reported with it.</param>
/// <param name="Line">1-based line of the text, where it is known.</param>
/// <param name="Suggestion">The name that was probably meant.</param>
public sealed record Finding(string Pointer, string Message, FindingSeverity Severity = FindingSeverity.Error, int? Line = null, string? Suggestion = null);

/// <summary>Whether a finding refuses the change.</summary>
public enum FindingSeverity
{
    Error,
    Warning,
}

/// <summary>A configuration was refused; carries every finding. <see cref="Exception.Message"/> is the first error's.</summary>
public sealed class ConfigException(IReadOnlyList<Finding> findings)
    : Exception(findings.Count == 0 ? "the configuration is not valid" : findings[0].Message)
{
    /// <summary>All findings, errors first.</summary>
    public IReadOnlyList<Finding> Findings { get; } = findings;
}

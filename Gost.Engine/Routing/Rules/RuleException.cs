namespace Gost.Engine.Routing.Rules;

/// <summary>A rule that cannot be understood; <paramref name="position"/> counts characters from 1.</summary>
internal sealed class RuleException(int position, string message, string? suggestion = null) : Exception($"at position {position}: {message}")
{
    /// <summary>What was perhaps meant.</summary>
    public string? Suggestion { get; } = suggestion;
}

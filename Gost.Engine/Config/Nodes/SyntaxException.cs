namespace Gost.Engine.Config.Nodes;

/// <summary>A text that cannot be read on; becomes one error finding. Never leaves the reader.</summary>
internal sealed class SyntaxException(string message, int? line) : Exception(message)
{
    /// <summary>1-based, where known.</summary>
    public int? Line { get; } = line;
}

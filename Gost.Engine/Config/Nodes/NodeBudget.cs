namespace Gost.Engine.Config.Nodes;

/// <summary>
/// The bounds of one text. They leave room for 10,000 services and stop texts that are small to send and large to hold
/// (design.md, REST API: depth limit, YAML alias and node budget).
/// </summary>
internal static class NodeBudget
{
    /// <summary>Objects and lists within each other, the root included.</summary>
    public const int MaxDepth = 64;

    /// <summary>Values of one text.</summary>
    public const int MaxNodes = 2_000_000;

    /// <summary>Uses of YAML aliases in one text.</summary>
    public const int MaxAliases = 1_000;

    /// <summary>Values that YAML aliases add to a text.</summary>
    public const int MaxAliasNodes = 100_000;

    public const string DepthMessage = "the text is nested more than 64 levels deep";

    public const string NodesMessage = "the text has more than 2,000,000 values";
}

namespace Gost.Engine.Config.Nodes;

/// <summary>A list.</summary>
internal sealed class SequenceNode(int line = 0) : ConfigNode(line)
{
    public List<ConfigNode> Items { get; } = [];

    /// <inheritdoc/>
    public override string Noun => "a list";
}

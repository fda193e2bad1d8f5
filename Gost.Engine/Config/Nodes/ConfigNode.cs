namespace Gost.Engine.Config.Nodes;

/// <summary>
/// One value of a configuration text, before it is bound to records: JSON and YAML are read into this tree and written from it, so that both
/// languages obey one set of rules. Immutable once the reader has returned it; a YAML alias shares the node of its anchor.
/// </summary>
internal abstract class ConfigNode(int line)
{
    /// <summary>1-based line of the value's first character; 0 = not from a text.</summary>
    public int Line { get; } = line;

    /// <summary>What the value is called in messages.</summary>
    public abstract string Noun { get; }
}

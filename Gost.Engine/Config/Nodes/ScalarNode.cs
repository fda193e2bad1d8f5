namespace Gost.Engine.Config.Nodes;

/// <summary>What a scalar is in its language; a YAML plain scalar is resolved as GOST's loader resolves it.</summary>
internal enum ScalarKind
{
    Null,
    Bool,
    Integer,
    Float,
    Text,
}

/// <summary>A scalar with the characters it was written in (for text: unescaped).</summary>
internal sealed class ScalarNode(ScalarKind kind, string text, int line = 0) : ConfigNode(line)
{
    public ScalarKind Kind { get; } = kind;

    public string Text { get; } = text;

    /// <inheritdoc/>
    public override string Noun => Kind switch
    {
        ScalarKind.Null => "null",
        ScalarKind.Bool => "a boolean",
        ScalarKind.Integer or ScalarKind.Float => "a number",
        _ => "a string",
    };
}

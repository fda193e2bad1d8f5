using Gost.Engine.Config.Nodes;
using Gost.Engine.ControlPlane;

namespace Gost.Engine.Config.Validation;

/// <summary>A name that an object uses of another one.</summary>
internal readonly record struct Reference(string Pointer, ConfigKind Kind, string Name)
{
    /// <summary>What is referred to.</summary>
    public ObjectKey Key => new(Kind, Name);

    /// <summary>What is said while it does not exist.</summary>
    public string Missing => $"{Kind.Noun} {JsonPointer.Shorten(Name)} does not exist: {Effect}";

    /// <summary>What follows while it is missing (contract.md; spec/config.md section 2).</summary>
    public string Effect => Kind == ConfigKind.Chains || Kind == ConfigKind.Hops ? "connections that need it are refused until it exists"
        : Kind == ConfigKind.Authers ? "nobody is allowed until it exists"
        : Kind == ConfigKind.Admissions ? "every client is refused until it exists"
        : "it has no effect until it exists";
}

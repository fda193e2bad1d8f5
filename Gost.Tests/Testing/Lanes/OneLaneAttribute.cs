namespace Gost.Tests.Testing.Lanes;

/// <summary>A test of a class in both lanes that runs once, in lane <c>auto</c>.</summary>
/// <param name="reason">Why once is enough.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneLaneAttribute(string reason) : Attribute
{
    public string Reason => reason;
}
